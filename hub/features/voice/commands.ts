import { z } from 'zod'
import { deviceParam, time } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { deviceNamed } from '../devices/named-device.ts'
import { houseNamed, houseParam } from '../house/named-house.ts'
import { answerSentence } from './answer-sentence.ts'
import { listEngines, tryEngine } from './engine-commands.ts'
import { addSpokenName, listSpokenNames, removeSpokenName } from './name-commands.ts'
import { hearAtPage, speakAtPage } from './page-commands.ts'
import { sayAloud } from './say-command.ts'
import { tryPersona } from './try-persona.ts'
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
  // It may tell what somebody said, which is kept nowhere else than with its turn.
  secretAnswer: true,
  run(context, params) {
    const device = params.device === undefined ? null : deviceNamed(context, params.device)
    const house =
      device === null
        ? houseNamed(context, params.house)
        : (context.db.prepare('SELECT house_id FROM devices WHERE id = ?').pluck().get(device) as string)
    const asked = { text: params.text, house, device, language: params.language ?? null }
    const { isRefused: _, ...answer } = answerSentence(context, asked)
    return answer
  },
})

const listNotes = adminCommand({
  area: 'voice',
  verb: 'notes',
  needs: 'read',
  summary: 'What somebody wanted to be remembered, the newest first',
  params: z.strictObject({ house: houseParam.optional() }),
  result: z.strictObject({
    notes: z.array(z.strictObject({ note: z.string(), at: time, device: z.string().nullable(), id: z.int() })),
  }),
  examples: [{ says: 'all of them', params: {} }],
  changes: false,
  query(context, params) {
    const notes = context.db
      .prepare(
        'SELECT n.note, n.created_at AS at, d.name AS device, n.id FROM voice_notes n LEFT JOIN devices d ON d.id = n.device_id ' +
          'WHERE n.house_id = ? ORDER BY n.id DESC',
      )
      .all(houseNamed(context, params.house))
    return { notes }
  },
})

const forgetNote = adminCommand({
  area: 'voice',
  verb: 'forget',
  needs: 'control',
  summary: 'Forget what somebody wanted to be remembered',
  params: z.strictObject({ note: z.int().meta({ description: 'its id, as lares voice notes shows it' }) }),
  result: z.strictObject({ note: z.int(), forgotten: z.string() }),
  examples: [{ says: 'one of them', params: { note: 1 } }],
  positional: ['note'],
  changes: true,
  run({ db, caller }, { note }) {
    const visible = visibleHouses(caller, 'house_id')
    const forgotten = db
      .prepare(`DELETE FROM voice_notes WHERE id = ? AND ${visible.sql} RETURNING note`)
      .pluck()
      .get(note, ...visible.values) as string | undefined
    if (forgotten !== undefined) return { note, forgotten }
    throw new LaresError('not_found', `there is no note ${note}`, { hint: 'See lares voice notes.' })
  },
})

export const COMMANDS = [
  ask,
  listEngines,
  tryEngine,
  tryPersona,
  sayAloud,
  hearAtPage,
  speakAtPage,
  listNotes,
  forgetNote,
  addSpokenName,
  listSpokenNames,
  removeSpokenName,
] as const
