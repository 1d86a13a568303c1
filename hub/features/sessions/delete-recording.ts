import { z } from 'zod'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { durationWords, zonedTime } from '../../../shared/time-words.ts'
import { adminCommand, type CallContext } from '../../engine/admin-command.ts'
import type { AuthorizedCaller } from '../../engine/caller.ts'
import { visibleHouses } from '../../query/visibility.ts'

interface FoundTurn {
  /** Of its sound; `null`: that is not there, or no more. */
  duration_ms: number | null
  turn_id: string
  device_id: string
  device: string
  house_id: string
  started_at: number
  messages: number
}

export const deleteRecording = adminCommand({
  area: 'sessions',
  verb: 'delete-recording',
  needs: 'configure',
  summary: 'Remove what was heard in a turn for good, here and at central; with text also what was said in words',
  params: z.strictObject({
    turn: text(64).min(1),
    text: z.boolean().default(false).meta({ description: 'also what was said, and what was answered, in words' }),
  }),
  result: z.strictObject({ says: z.string(), turn: z.string(), messages: z.number() }),
  examples: [
    { says: 'the sound, and not its words', params: { turn: 'a-turn' } },
    { says: 'both', params: { turn: 'a-turn', text: true } },
  ],
  positional: ['turn'],
  changes: true,
  danger({ db, caller }, params) {
    const found = turnOf(db, caller, params)
    return (
      `${soundWords(found)} will be removed for good${wordsToo(found, params.text)}. ` +
      'Backups of everything that were made before have it until they go by age.'
    )
  },
  run(context, params) {
    const found = turnOf(context.db, context.caller, params)
    const messages = removeTurn(context, found.turn_id, { words: params.text })
    context.addEvent({
      type: 'recording_deleted',
      ...{ device: found.device_id, house: found.house_id, source: 'user', caller: context.caller },
      data: { turn: found.turn_id, duration_ms: found.duration_ms, messages },
      description: `${soundWords(found)} was removed${wordsToo(found, params.text)}.`,
    })
    return { says: `${soundWords(found)} is removed${wordsToo(found, params.text)}`, turn: found.turn_id, messages }
  },
})

/** Removes the recordings of a turn, and its words if that is wanted. Returns how many messages had words. May be called again. */
export function removeTurn(context: CallContext, turn: string, { words }: { words: boolean }): number {
  // Not by retention, which leaves central its copy: a trace of each row goes there, and it is removed there too.
  const files = context.db.prepare('DELETE FROM audio_clips WHERE turn_id = ? RETURNING file').pluck().all(turn)
  for (const file of files) context.effect({ kind: 'delete_clip', file: String(file) })
  return words ? removeWords(context, turn) : 0
}

/**
 * Messages stay as rows without their words: of a row that is gone central keeps what it was, marked as deleted, and what it has of
 * these is written over. So are the bytes here, or what somebody said could be read in free pages of the file.
 */
function removeWords({ db, now }: CallContext, turn: string): number {
  db.pragma('secure_delete = ON')
  try {
    return db
      .prepare("UPDATE messages SET content = '', audio_url = NULL, updated_at = ? WHERE turn_id = ? AND content <> ''")
      .run(now, turn).changes
  } finally {
    db.pragma('secure_delete = FAST')
  }
}

function soundWords({ duration_ms, device, started_at }: FoundTurn): string {
  const at = zonedTime(started_at)
  if (duration_ms === null) return `What was said in the turn that ${device} had at ${at}`
  return `The recording of ${durationWords(duration_ms)} that ${device} made at ${at}`
}

function wordsToo({ messages }: FoundTurn, text: boolean): string {
  if (messages === 0) return ''
  const count = messages === 1 ? 'the message' : `the ${messages} messages`
  return text ? `, with ${count} of that turn` : `; ${count} of that turn stay${messages === 1 ? 's' : ''}`
}

/**
 * A turn of which something is kept that is to go: its sound, or with `text` its words. Throws `not_found`, also for one of a house that
 * the command may not concern.
 */
function turnOf(
  db: Database,
  caller: Pick<AuthorizedCaller, 'houses'>,
  { turn, text: words }: { turn: string; text: boolean },
): FoundTurn {
  const seen = visibleHouses(caller, 'd.house_id')
  const found = db
    .prepare(
      'SELECT c.duration_ms, t.id AS turn_id, t.device_id, d.name AS device, d.house_id, t.started_at, ' +
        "(SELECT count(*) FROM messages m WHERE m.turn_id = t.id AND m.content <> '') AS messages FROM turns t " +
        `JOIN devices d ON d.id = t.device_id LEFT JOIN audio_clips c ON c.turn_id = t.id WHERE t.id = ? AND ${seen.sql}`,
    )
    .get(turn, ...seen.values) as FoundTurn | undefined
  if (found !== undefined && (found.duration_ms !== null || (words && found.messages > 0))) return found
  throw new LaresError('not_found', `there is no recording of a turn ${turn}`, {
    hint: found?.messages ? 'Its words are still kept: say --text.' : 'See what is kept: lares sessions list.',
  })
}
