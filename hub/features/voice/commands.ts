import { z } from 'zod'
import { deviceParam } from '../../../shared/admin/fields.ts'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { deviceNamed } from '../devices/named-device.ts'
import { houseNamed, houseParam } from '../house/named-house.ts'
import { answerSentence } from './answer-sentence.ts'
import { LANGUAGES } from './understand.ts'

const ask = adminCommand({
  area: 'voice',
  verb: 'ask',
  needs: 'control',
  summary: 'Say a sentence to the house, as a speaker would hear it, and read what it answers and does',
  params: z.strictObject({
    text: text(1_000).trim().min(1).meta({ description: 'what is said, such as "how warm is the kitchen"' }),
    device: deviceParam.optional().meta({ description: 'the speaker that hears it' }),
    language: z.enum(LANGUAGES).optional().meta({ description: "absent: its persona's, or any" }),
    house: houseParam.optional(),
  }),
  result: z.strictObject({
    text: z.string(),
    /** `null`: it was not understood. */
    intent: z.string().nullable(),
    /** What was heard for each part of it. */
    heard: z.record(z.string(), z.string()),
    done: z.array(z.string()),
    language: z.enum(LANGUAGES),
  }),
  examples: [
    { says: 'the time', params: { text: 'what time is it' } },
    { says: 'a timer on a speaker', params: { text: 'set a timer for ten minutes', device: 'kitchen-pi' } },
    { says: 'in German', params: { text: 'wie warm ist es in der Küche', language: 'de' } },
  ],
  positional: ['text', 'device'],
  changes: true,
  run(context, params) {
    const device = params.device === undefined ? null : deviceNamed(context, params.device)
    const house =
      device === null
        ? houseNamed(context, params.house)
        : (context.db.prepare('SELECT house_id FROM devices WHERE id = ?').pluck().get(device) as string)
    return answerSentence(context, { text: params.text, house, device, language: params.language ?? null })
  },
})

export const COMMANDS = [ask] as const
