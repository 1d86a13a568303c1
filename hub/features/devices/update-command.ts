import { z } from 'zod'
import { deviceParam } from '../../../shared/admin/fields.ts'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { columnsSaid, updateRow } from '../../query/row-changes.ts'
import { clearParam, SAYS_NOTHING, saysSomething } from '../house/names.ts'
import { deviceNamed } from './named-device.ts'

const SET = ['user_description', 'location', 'detected_brand', 'detected_model'] as const

export const updateDevice = adminCommand({
  area: 'devices',
  verb: 'update',
  needs: 'configure',
  summary: 'Say in words what a device is and where it stands; `devices find` looks there too',
  params: z
    .strictObject({
      device: deviceParam,
      user_description: text(2_000).optional().meta({ description: 'what it is, in your own words' }),
      location: text(255).optional().meta({ description: 'where it stands, such as "behind the door"' }),
      detected_brand: text(100).optional(),
      detected_model: text(255).optional(),
      clear: clearParam(SET),
    })
    .refine((params) => saysSomething(params, 'device'), SAYS_NOTHING),
  result: z.strictObject({ device: z.string(), changed: z.array(z.string()) }),
  examples: [
    { says: 'words to find it by', params: { device: 'kitchen-pi', user_description: 'the lamp by the window' } },
  ],
  positional: ['device', 'user_description'],
  changes: true,
  run(context, params) {
    const device = deviceNamed(context, params.device)
    const house = context.db.prepare('SELECT house_id FROM devices WHERE id = ?').pluck().get(device) as string
    const changes = columnsSaid(params, SET, params.clear)
    updateRow(context, { table: 'devices', id: device }, changes)
    const changed = Object.keys(changes)
    context.addEvent({
      ...{ type: 'device_updated', device, house, source: 'user' },
      data: { changed, by: context.caller.principal },
    })
    return { device, changed }
  },
})
