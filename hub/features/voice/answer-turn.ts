import { callContext } from '../../engine/call-context.ts'
import type { Context } from '../../engine/context.ts'
import type { HeardAnswer } from '../../engine/spoken-turns.ts'
import { dropSound, letSoundGo } from '../sessions/clips.ts'
import { speaks } from '../sessions/opened-turn.ts'
import { type AnsweredTurn, addHeard, answeredTurn, step } from '../sessions/spoken-messages.ts'
import { type AnsweredSentence, answerSentence } from './answer-sentence.ts'
import { questionFor } from './ask-model.ts'
import { answerWords, LANGUAGES } from './understand.ts'
import { voiceCaller } from './voice-caller.ts'
import type { FindCommand } from './voice-tools.ts'

/** Who was spoken with a moment ago is still meant, also without a button. */
const STILL_MEANT_MS = 20_000

/**
 * Does what somebody said to a device, and says what to answer. What was said into the room, to nobody, and means nothing here is
 * kept nowhere, and nobody else is asked about it. `find`: `null` where nobody answers what no sentence means.
 */
export function answerTurn(
  context: Context,
  turn: AnsweredTurn,
  { text, by, find }: { text: string; by: string; find: FindCommand | null },
): HeardAnswer {
  letSoundGo(context, turn)
  if (text === '') {
    if (!wasMeant(context, turn)) dropSound(context, turn.id)
    step(context, turn, 'idle')
    return { kind: 'nothing' }
  }
  const said = answered(context, turn, text)
  if (said.intent === null && !wasMeant(context, turn)) {
    dropSound(context, turn.id)
    step(context, turn, 'idle')
    return { kind: 'nothing' }
  }
  // What was said may have had the session wait for another device: it is that session still.
  addHeard(context, answeredTurn(context, turn) ?? turn, { text, by })
  if (said.intent !== null || said.isRefused || find === null)
    return { kind: 'say', text: said.text, language: said.language }
  return { kind: 'ask', question: questionFor(context, turn, { text, find }), otherwise: said.text }
}

/** What is done for a sentence that fails halfway is undone, and somebody is told so. */
function answered(
  context: Context,
  turn: AnsweredTurn,
  text: string,
): Pick<AnsweredSentence, 'intent' | 'text' | 'language' | 'isRefused'> {
  const { device, house } = turn
  const caller = voiceCaller(turn)
  let said: AnsweredSentence | null = null
  const error = context.attempt(() => {
    const call = callContext(context, caller, { area: 'voice', verb: 'turn', request: turn.turn })
    said = answerSentence(call, { text, house, device, language: null, turn: turn.id })
  })
  if (said !== null && error === null) return said
  const { language } = speaks(context, turn)
  const code = LANGUAGES.find((one) => one === language) ?? 'en'
  return { intent: 'failed', text: answerWords(code).failed(error?.message ?? ''), language: code, isRefused: false }
}

/** A microphone that is always open hears everybody: only who called, or was just answered, is told that he was not understood. */
function wasMeant({ db, now }: Context, { id, session }: AnsweredTurn): boolean {
  if (db.prepare("SELECT timings ->> 'trigger' FROM turns WHERE id = ?").pluck().get(id) !== 'voice') return true
  const lately = db
    .prepare("SELECT 1 FROM messages WHERE session_id = ? AND role = 'assistant' AND created_at > ?")
    .get(session.id, now - STILL_MEANT_MS)
  return lately !== undefined
}
