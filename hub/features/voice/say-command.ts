import { z } from 'zod'
import { deviceParam } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { deviceNamed } from '../devices/named-device.ts'
import { houseNamed, houseParam } from '../house/named-house.ts'
import { GROUP, ROOM, rowNamed } from '../house/named-row.ts'
import { speaksHere, type VoiceBeside } from './beside.ts'
import { type SpeakerPlace, sayOnSpeakers } from './say-on-speakers.ts'
import { LANGUAGES } from './understand.ts'

const device = z.strictObject({ device: z.string(), name: z.string() })

export const sayAloud = adminCommand({
  area: 'voice',
  verb: 'say',
  needs: 'control',
  summary: 'Say something aloud on a speaker, on those of a group or room, or on all of the house, and whom it missed',
  params: z.strictObject({
    text: text(1_000).trim().min(1).meta({ description: 'the words' }),
    device: deviceParam.optional(),
    group: text(255).min(1).optional(),
    room: text(255).min(1).optional(),
    urgent: z
      .boolean()
      .default(false)
      .meta({ description: 'at once and loudly, also in quiet hours: what is spoken there is paused' }),
    language: z.enum(LANGUAGES).optional().meta({ description: 'absent: of whoever speaks there' }),
    house: houseParam.optional(),
  }),
  result: z.strictObject({
    said: z.array(device),
    missed: z.array(z.strictObject({ ...device.shape, why: z.string() })),
  }),
  examples: [
    { says: 'on all speakers of the house', params: { text: 'Dinner is ready' } },
    { says: 'on one', params: { text: 'Good morning', device: 'kitchen-pi' } },
    { says: 'whatever is spoken there', params: { text: 'The cellar is under water', urgent: true } },
  ],
  positional: ['text', 'device'],
  changes: true,
  prepare: async (_params, { beside }) => speaksHere(beside('voice').state() as VoiceBeside),
  run(context, params) {
    const { caller, db, prepared } = context
    const on = params.device === undefined ? undefined : deviceNamed(context, params.device)
    const house =
      on === undefined
        ? houseNamed(context, params.house)
        : (db.prepare('SELECT house_id FROM devices WHERE id = ?').pluck().get(on) as string)
    const where: SpeakerPlace = {
      house,
      ...(on === undefined ? {} : { device: on }),
      ...(params.group === undefined ? {} : { group: rowNamed(context, GROUP, params.group, house).id }),
      ...(params.room === undefined ? {} : { room: rowNamed(context, ROOM, params.room, house).id }),
    }
    const { text: words, urgent: isUrgent, language = null } = params
    const announced = sayOnSpeakers(context, where, {
      ...{ text: words, isUrgent, language, by: caller.principal },
      isMute: prepared === false,
    })
    if (announced.said.length + announced.missed.length > 0) return announced
    throw new LaresError('not_found', 'no speaker is there', {
      hint: 'lares devices list shows what each can do; a speaker has audio_output.',
    })
  },
})
