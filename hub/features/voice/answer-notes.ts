import { cutText } from '../../../shared/cut-text.ts'
import { type Answer, type VoiceAsked, wordSlot } from './asked.ts'

/** In one house. */
const MOST_NOTES = 200
const LONGEST_NOTE = 500
/** Read out at once, the newest of them. */
const READ_OUT = 10

export function answerRemember(asked: VoiceAsked): Answer {
  const { words, context, house, device } = asked
  const { db, now } = context
  const kept = db.prepare('SELECT count(*) FROM voice_notes WHERE house_id = ?').pluck().get(house.id) as number
  if (kept >= MOST_NOTES) return { text: words.tooManyNotes() }
  const note = cutText(wordSlot(asked, 'note') ?? '', LONGEST_NOTE)
  db.prepare('INSERT INTO voice_notes (house_id, device_id, note, created_at) VALUES (?, ?, ?, ?)').run(
    ...[house.id, device?.id ?? null, note, now],
  )
  return { text: words.remembered(), done: ['a note kept'] }
}

export function answerRecall({ words, context, house }: VoiceAsked): Answer {
  const notes = context.db
    .prepare('SELECT note FROM voice_notes WHERE house_id = ? ORDER BY id DESC LIMIT ?')
    .pluck()
    .all(house.id, READ_OUT) as string[]
  return { text: notes.length === 0 ? words.noNotes() : words.notes(notes.reverse()) }
}
