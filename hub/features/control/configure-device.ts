import { z } from 'zod'
import { deviceParam, sensorParam } from '../../../shared/admin/fields.ts'
import { DEVICE_SETTINGS, type DeviceSettings } from '../../../shared/device-settings.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import type { CallContext } from '../../engine/admin-command.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { sensorsNamed } from '../devices/named-sensor.ts'
import { activePersona } from '../personas/persona-row.ts'
import { tellDesired, want, wantedOf } from './desired-state.ts'
import { deviceToTell } from './device-to-tell.ts'
import { settingLine, settingLines } from './setting-lines.ts'

const RESETS = ['heartbeat_s', 'talk_trigger', 'volume', 'sensors', 'persona', 'all'] as const

const params = z.strictObject({
  device: deviceParam,
  heartbeat_s: DEVICE_SETTINGS.heartbeat_s.optional().meta({ description: 'seconds between two heartbeats' }),
  talk_trigger: DEVICE_SETTINGS.talk_trigger.optional(),
  volume: DEVICE_SETTINGS.volume.optional().meta({ description: 'how loud it speaks, in percent' }),
  persona: text(50).min(1).optional().meta({ description: 'who speaks on it' }),
  sensor: sensorParam.optional().meta({ description: 'whose interval-s and deadband are meant' }),
  interval_s: z.number().min(1).max(86_400).optional(),
  deadband: z.number().min(0).optional().meta({ description: 'a smaller change is not told' }),
  reset: z.enum(RESETS).optional().meta({ description: "as the device's own file says again" }),
})

type Wishes = z.infer<typeof params>

export const configureDevice = adminCommand({
  area: 'devices',
  verb: 'configure',
  needs: 'configure',
  summary: 'Set what a device is to have, over its own file: it takes it at once, or when it comes back',
  params,
  result: z.strictObject({
    device: z.string(),
    persona: z.string().nullable(),
    settings: z.array(settingLine),
    version: z.number(),
  }),
  examples: [
    { says: 'a heartbeat each minute', params: { device: 'kitchen-pi', heartbeat_s: 60 } },
    {
      says: 'a sensor that is read less often',
      params: { device: 'kitchen-pi', sensor: 'cpu_temperature', interval_s: 300 },
    },
    { says: 'half as loud', params: { device: 'kitchen-pi', volume: 50 } },
    { says: 'who speaks on it', params: { device: 'kitchen-pi', persona: 'companion' } },
    { says: 'what its own file says again', params: { device: 'kitchen-pi', reset: 'all' } },
  ],
  positional: ['device'],
  changes: true,
  run(context, wishes) {
    const { db, caller, now } = context
    const { id: device, house } = deviceToTell(context, wishes.device)
    const settings = changed(context, device, wishes)
    const persona = personaOf(context, wishes)
    if (persona !== undefined)
      db.prepare('UPDATE devices SET active_persona_id = ?, updated_at = ? WHERE id = ?').run(persona, now, device)
    const version = settings === null ? tellDesired(context, device) : want(context, device, settings)
    context.changed()
    const { device: _, ...wanted } = wishes
    context.addEvent({
      ...{ type: 'device_configured', device, house, source: 'user' },
      data: { ...wanted, version, by: caller.principal },
    })
    const active = db.prepare('SELECT active_persona_id FROM devices WHERE id = ?').pluck().get(device)
    return { device, persona: (active ?? null) as string | null, settings: settingLines(db, device), version }
  },
})

/** What it is to have from now on, or `null` where the wishes are about something else. Throws `bad_params`. */
function changed(context: CallContext, device: string, wishes: Wishes): DeviceSettings | null {
  const { sensor, interval_s, deadband, heartbeat_s, talk_trigger, volume, reset, persona } = wishes
  const ofSensor = interval_s !== undefined || deadband !== undefined
  if (ofSensor !== (sensor !== undefined))
    throw new LaresError('bad_params', sensor === undefined ? 'sensor: is missing' : `${sensor}: nothing is set`, {
      hint: 'A sensor goes with its interval-s, its deadband, or both: --sensor KEY --interval-s 300.',
    })
  const before = reset === 'all' ? {} : { ...wantedOf(context.db, device) }
  if (reset !== undefined && reset !== 'all' && reset !== 'persona') delete before[reset]
  const after: DeviceSettings = {
    ...before,
    ...(heartbeat_s === undefined ? {} : { heartbeat_s }),
    ...(talk_trigger === undefined ? {} : { talk_trigger }),
    ...(volume === undefined ? {} : { volume }),
  }
  if (sensor !== undefined) {
    const [key = sensor] = sensorsNamed(context, sensor, device)
    const own = { ...after.sensors?.[key], ...(interval_s === undefined ? {} : { interval_s }) }
    after.sensors = { ...after.sensors, [key]: { ...own, ...(deadband === undefined ? {} : { deadband }) } }
  }
  const something = ofSensor || [heartbeat_s, talk_trigger, volume, reset].some((wish) => wish !== undefined)
  if (!something && persona === undefined)
    throw new LaresError('bad_params', 'nothing is to be set', { hint: 'See lares help devices configure.' })
  return something ? after : null
}

/** The persona that is to speak; `null`: none of its own. Nothing where that stays. Throws `not_found`. */
function personaOf({ db }: CallContext, { persona, reset }: Wishes): string | null | undefined {
  if (persona === undefined) return reset === 'persona' || reset === 'all' ? null : undefined
  return activePersona(db, persona)
}
