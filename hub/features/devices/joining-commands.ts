import { z } from 'zod'
import { time, toType } from '../../../shared/admin/fields.ts'
import { formatJoinToken } from '../../../shared/join-token.ts'
import { deviceName } from '../../../shared/messages/fields.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { houseNamed, houseParam } from '../house/named-house.ts'
import { DEVICE_TYPES } from './device-types.ts'
import { addDevice, hashSecret, invite } from './joining.ts'

const deviceType = z.enum(DEVICE_TYPES)

export const inviteDevice = adminCommand({
  area: 'devices',
  verb: 'invite',
  needs: 'configure',
  summary: 'Make a join token: good for one device, for ten minutes',
  params: z.strictObject({
    name: deviceName,
    device_type: deviceType.default('raspberry_pi'),
    house: houseParam.optional(),
  }),
  result: z.strictObject({
    /** What to type on the new device. */
    join: toType,
    expires_at: time,
    /** Why it may not work, each with its remedy. */
    warnings: z.array(z.string()),
    token: z.string(),
  }),
  examples: [{ says: 'a token for the agent in the hall', params: { name: 'Hall' } }],
  positional: ['name'],
  changes: true,
  secretAnswer: true,
  async prepare(_params, { hub }) {
    return { ...hub.reach(), pin: hub.pin }
  },
  run(context, params) {
    const { addresses, warnings, pin } = context.prepared as { addresses: string[]; warnings: string[]; pin: string }
    const house = houseNamed(context, params.house)
    const wish = { name: params.name, type: params.device_type, house, by: context.caller.principal }
    const { code, expiresAt } = invite(context, wish)
    context.addEvent({
      type: 'device_invited',
      house,
      source: 'user',
      data: { name: params.name, by: context.caller.principal },
    })
    const token = formatJoinToken({ addresses, pin, code })
    return { join: `lares edge join ${token}`, expires_at: expiresAt, warnings, token }
  },
})

export const createDevice = adminCommand({
  area: 'devices',
  verb: 'create',
  needs: 'configure',
  summary: 'Make id and secret for a device that runs no agent (ESP32, scripts)',
  params: z.strictObject({
    name: deviceName,
    device_type: deviceType.default('custom'),
    house: houseParam.optional(),
  }),
  result: z.strictObject({ device: z.string(), secret: z.string() }),
  examples: [{ says: 'an ESP32 in the garden', params: { name: 'Garden', device_type: 'custom' } }],
  positional: ['name'],
  changes: true,
  secretAnswer: true,
  run(context, params) {
    const secret = Buffer.from(context.random(32)).toString('base64url')
    const house = houseNamed(context, params.house)
    const device = addDevice(context, {
      name: params.name,
      type: params.device_type,
      house,
      secretHash: hashSecret(secret),
      integration: 'mqtt',
      discovery: 'manual',
      hardware: null,
    })
    context.addEvent({
      type: 'device_created',
      device,
      house,
      source: 'user',
      data: { name: params.name, by: context.caller.principal },
    })
    return { device, secret }
  },
})
