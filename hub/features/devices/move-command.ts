import { z } from 'zod'
import { deviceParam } from '../../../shared/admin/fields.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { houseParam } from '../house/named-house.ts'
import { nameParam, SAYS_NOTHING, saysSomething } from '../house/names.ts'
import { place } from './device-place.ts'
import { moveDevice, moveLoss } from './move-device.ts'

const orNone = (what: string) => nameParam.optional().meta({ description: `${what}, or none` })

export const moveDeviceCommand = adminCommand({
  area: 'devices',
  verb: 'move',
  needs: 'configure',
  summary: 'Say where a device belongs: its house, room and group, whose it is, and who carries it',
  params: z
    .strictObject({
      device: deviceParam,
      room: orNone('a room of the house'),
      house: houseParam.optional().meta({ description: 'another house, which gets all that it measured' }),
      group: orNone('a group'),
      owner: orNone('a person with an account'),
      carried_by: orNone('the person who is at home when it is'),
    })
    .refine((params) => saysSomething(params, 'device'), SAYS_NOTHING),
  result: z.strictObject({
    device: z.string(),
    ...place,
    /** Where it belonged before. */
    was: z.strictObject(place),
    with_it: z.int(),
  }),
  examples: [
    { says: 'a device out of its room', params: { device: 'kitchen-pi', room: 'none' } },
    {
      says: 'a device that is nobody’s and in no group',
      params: { device: 'kitchen-pi', owner: 'none', group: 'none' },
    },
  ],
  positional: ['device', 'room'],
  changes: true,
  danger: (context, params) => moveLoss(context, params),
  run: (context, params) => moveDevice(context, params),
})
