import { z } from 'zod'
import { deviceParam, sensorParam, time } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { SENSOR_KEY } from '../../../shared/ids.ts'
import { COMMANDS as LIMITS } from '../../../shared/limits.ts'
import { jsonObject, text } from '../../../shared/messages/fields.ts'
import type { CallContext } from '../../engine/admin-command.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { conditions, page } from '../../query/list-query.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { deviceFilter, deviceNamed } from '../devices/named-device.ts'
import { sensorsNamed } from '../devices/named-sensor.ts'
import { actionSchema } from './action-answer.ts'
import { ACTION_COLUMNS, ACTION_STATES, ACTION_TABLES, readAction } from './action-row.ts'
import { actionWords, fieldsWords } from './action-words.ts'
import { configureDevice } from './configure-device.ts'
import { showDeviceLog } from './device-log.ts'
import { deviceToTell, outsideDevice } from './device-to-tell.ts'
import { giveCommand } from './give-command.ts'
import { entityNamed, mainOutput, meantEntity, type ToldEntity, toldEntities } from './named-entity.ts'
import { orderEntity } from './order-entity.ts'
import { readParams, spanOf } from './read-params.ts'

const span = z.union([z.number(), text(40).min(1)])
const level = z.union([text(255).min(1), z.boolean(), z.number()])
const within = span.optional().meta({ description: 'how long it may wait, such as 10min' })

export const switchOutput = adminCommand({
  area: 'devices',
  verb: 'switch',
  needs: 'control',
  summary: 'Switch an output of a device: a relay, a lamp, or a dimmer',
  params: z.strictObject({
    device: deviceParam,
    output: sensorParam.meta({ description: 'which of its outputs; where it has one, state alone' }),
    state: level.optional().meta({ description: 'on, off, toggle, or 40% of a dimmer' }),
    for: span.optional().meta({ description: 'so long, such as 10min, and it takes its safe state again' }),
    within,
  }),
  result: actionSchema,
  examples: [
    { says: 'a lamp on', params: { device: 'kitchen-pi', output: 'lamp', state: 'on' } },
    { says: 'a pump on for ten minutes', params: { device: 'kitchen-pi', output: 'pump', state: 'on', for: '10min' } },
    { says: 'a dimmer', params: { device: 'kitchen-pi', output: 'shelf', state: '40%' } },
  ],
  positional: ['device', 'output', 'state'],
  changes: true,
  run(context, params) {
    const id = deviceNamed(context, params.device)
    const forMs = params.for === undefined ? null : spanOf(params.for, { name: 'for', mostMs: 24 * 86_400_000 })
    const expiresMs = params.within === undefined ? undefined : expiry(params.within, LIMITS.switchMs)
    // `devices switch lamp on` says no output.
    const { output, state: what } = params.state === undefined ? { state: params.output } : (params as Named)
    return orderEntity(context, outputOf(context, id, output), { what, forMs, expiresMs })
  },
})

export const setEntity = adminCommand({
  area: 'entities',
  verb: 'set',
  needs: 'control',
  summary: 'Tell an entity something: on, 40%, red, 2700 K, open, press, a number, an option',
  params: z.strictObject({
    entity: text(255).min(1).meta({ description: 'its name, entity id or key' }),
    what: level.meta({ description: 'a wrong one is answered with what it takes' }),
    device: deviceParam.optional().meta({ description: 'where several devices have one that is called so' }),
    within,
  }),
  result: actionSchema,
  examples: [
    { says: 'a lamp on', params: { entity: 'lamp', what: 'on' } },
    { says: 'a dimmer of one of two devices', params: { entity: 'lamp', what: '40%', device: 'kitchen-pi' } },
    { says: 'a colour, less bright', params: { entity: 'sofa', what: 'red 40%' } },
    { says: 'a white', params: { entity: 'sofa', what: '2700 K' } },
    { says: 'an effect', params: { entity: 'sofa', what: 'effect colorloop' } },
    { says: 'the slats of a blind', params: { entity: 'blind', what: 'tilt 30%' } },
  ],
  positional: ['entity', 'what'],
  changes: true,
  run(context, params) {
    const device = params.device === undefined ? undefined : deviceNamed(context, params.device)
    const expiresMs = params.within === undefined ? undefined : expiry(params.within, LIMITS.switchMs)
    const entity = meantEntity(context, { given: params.entity, what: String(params.what), device })
    return orderEntity(context, entity, { what: params.what, expiresMs })
  },
})

export const commandDevice = adminCommand({
  area: 'devices',
  verb: 'command',
  needs: 'configure',
  summary: 'Have a device do something that it knows: identify, ping, doctor and what else it names',
  params: z.strictObject({
    device: deviceParam,
    command: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,39}$/, 'is no name of a command')
      .meta({ description: 'a device that does not know it names those it knows' }),
    params: z
      .union([jsonObject, text(16_000)])
      .default({})
      .meta({ description: 'such as seconds=5' }),
    within,
  }),
  result: actionSchema,
  examples: [
    { says: 'its light blinks', params: { device: 'kitchen-pi', command: 'identify', params: { seconds: 5 } } },
    { says: 'what is missing there', params: { device: 'kitchen-pi', command: 'doctor', within: '1h' } },
  ],
  positional: ['device', 'command', 'params'],
  changes: true,
  run(context, { device: given, command: name, params, within: wait }) {
    const device = deviceToTell(context, given)
    return giveCommand(context, {
      ...{ device, type: 'command', name },
      params: readParams(params),
      expiresMs: expiry(wait, name === 'switch' ? LIMITS.switchMs : LIMITS.othersMs),
    })
  },
})

export const restartDevice = adminCommand({
  area: 'devices',
  verb: 'restart',
  needs: 'configure',
  summary: 'End the agent of a device, which systemd starts again',
  params: z.strictObject({ device: deviceParam, within }),
  result: actionSchema,
  examples: [{ says: 'its agent begins anew', params: { device: 'kitchen-pi' } }],
  positional: ['device'],
  changes: true,
  run(context, params) {
    const device = deviceToTell(context, params.device)
    const expiresMs = expiry(params.within, LIMITS.othersMs)
    return giveCommand(context, { device, type: 'restart', name: 'restart', params: {}, expiresMs })
  },
})

export const listCommands = adminCommand({
  area: 'devices',
  verb: 'commands',
  needs: 'read',
  summary: 'What devices were told to do, newest first, and what became of it',
  params: z.strictObject({
    device: deviceParam.optional(),
    state: z.enum(ACTION_STATES).optional(),
    limit: z.int().min(1).max(200).default(50),
    after: z.int().optional(),
  }),
  result: z.strictObject({
    commands: z.array(
      z.strictObject({
        says: z.string(),
        state: z.enum(ACTION_STATES),
        command: z.string(),
        params: z.string(),
        created_at: time,
        completed_at: time.nullable(),
        device: z.string(),
        action: z.number(),
      }),
    ),
    next: z.number().optional(),
  }),
  examples: [
    { says: 'of one device', params: { device: 'kitchen-pi' } },
    { says: 'what waits for a device to come back', params: { state: 'pending' } },
  ],
  positional: ['device'],
  changes: false,
  query(context, params) {
    const { db, caller, now } = context
    const where = conditions(visibleHouses(caller, 'd.house_id'))
      .when('a.device_id = ?', deviceFilter(context, params.device))
      .when('a.status = ?', params.state)
      .when('a.id < ?', params.after)
    const rows = db
      .prepare(`SELECT ${ACTION_COLUMNS} FROM ${ACTION_TABLES} WHERE ${where.sql} ORDER BY a.id DESC LIMIT ?`)
      .all(...where.values, params.limit + 1)
      .map(readAction)
    const { rows: actions, next } = page(rows, params.limit, ({ id }) => id)
    const commands = actions.map((action) => ({
      says: actionWords(action, now),
      state: action.status,
      command: action.command,
      params: fieldsWords(action.parameters),
      created_at: action.created_at,
      completed_at: action.completed_at,
      device: action.device_id,
      action: action.id,
    }))
    return { commands, ...(next === undefined ? {} : { next }) }
  },
})

function expiry(given: string | number | undefined, usualMs: number): number {
  return given === undefined ? usualMs : spanOf(given, { name: 'within', mostMs: LIMITS.longestMs })
}

interface Named {
  output: string
  state: string | number | boolean
}

/** An output of a device by what people call it; absent: its only one. One of an agent that is not known here that itself may know. */
function outputOf(context: CallContext, device: string, given: string | undefined): ToldEntity {
  const all = toldEntities(context, device)
  // What hears nothing from this hub has no outputs here.
  if (!all.some(({ takes }) => takes !== null)) {
    const { name } = deviceToTell(context, device)
    return given === undefined ? mainOutput(context, { id: device, name }) : agentOutput(context, device, given)
  }
  const { name } = outsideDevice(context, device)
  return given === undefined ? mainOutput(context, { id: device, name }) : entityNamed(context, given, device)
}

function agentOutput(context: CallContext, device: string, given: string): ToldEntity {
  const key = outputKey(context, given, device)
  return { id: '', device, device_name: '', key, entity_id: '', name: given, type: 'switch', takes: null }
}

/** The key of an output by what people call it. One that is not known here the device itself may know, or name what it has. */
function outputKey(context: CallContext, given: string, device: string): string {
  try {
    return sensorsNamed(context, given, device)[0] ?? given
  } catch (error) {
    const isUnknown = error instanceof LaresError && error.code === 'not_found'
    if (isUnknown && SENSOR_KEY.test(given)) return given
    throw error
  }
}

export const COMMANDS = [
  switchOutput,
  setEntity,
  commandDevice,
  configureDevice,
  restartDevice,
  showDeviceLog,
  listCommands,
] as const
