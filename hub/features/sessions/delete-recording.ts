import { z } from 'zod'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { durationWords, zonedTime } from '../../../shared/time-words.ts'
import { adminCommand, type CallContext } from '../../engine/admin-command.ts'
import type { AuthorizedCaller } from '../../engine/caller.ts'
import { visibleHouses } from '../../query/visibility.ts'

interface FoundClip {
  id: string
  file: string
  duration_ms: number
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
    const clip = clipOf(db, caller, params.turn)
    return (
      `${soundWords(clip)} will be removed for good${wordsToo(clip, params.text)}. ` +
      'Backups of everything that were made before have it until they go by age.'
    )
  },
  run(context, params) {
    const clip = clipOf(context.db, context.caller, params.turn)
    const messages = removeTurn(context, clip.turn_id, { words: params.text })
    context.addEvent({
      type: 'recording_deleted',
      ...{ device: clip.device_id, house: clip.house_id, source: 'user', caller: context.caller },
      data: { turn: clip.turn_id, duration_ms: clip.duration_ms, messages },
      description: `${soundWords(clip)} was removed${wordsToo(clip, params.text)}.`,
    })
    return { says: `${soundWords(clip)} is removed${wordsToo(clip, params.text)}`, turn: clip.turn_id, messages }
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

function soundWords({ duration_ms, device, started_at }: FoundClip): string {
  return `The recording of ${durationWords(duration_ms)} that ${device} made at ${zonedTime(started_at)}`
}

function wordsToo({ messages }: FoundClip, text: boolean): string {
  if (messages === 0) return ''
  const count = messages === 1 ? 'the message' : `the ${messages} messages`
  return text ? `, with ${count} of that turn` : `; ${count} of that turn stay${messages === 1 ? 's' : ''}`
}

/** Throws `not_found`, also for one of a house that the command may not concern. */
function clipOf(db: Database, caller: Pick<AuthorizedCaller, 'houses'>, turn: string): FoundClip {
  const seen = visibleHouses(caller, 'd.house_id')
  const clip = db
    .prepare(
      'SELECT c.id, c.file, c.duration_ms, c.turn_id, c.device_id, d.name AS device, d.house_id, t.started_at, ' +
        "(SELECT count(*) FROM messages m WHERE m.turn_id = t.id AND m.content <> '') AS messages FROM audio_clips c " +
        `JOIN devices d ON d.id = c.device_id JOIN turns t ON t.id = c.turn_id WHERE c.turn_id = ? AND ${seen.sql}`,
    )
    .get(turn, ...seen.values)
  if (clip !== undefined) return clip as FoundClip
  throw new LaresError('not_found', `there is no recording of a turn ${turn}`, {
    hint: 'See what is kept: lares sessions list.',
  })
}
