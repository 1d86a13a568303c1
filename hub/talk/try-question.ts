import { type Clock, wait } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import { durationWords } from '../../shared/time-words.ts'
import type { ModelQuestion } from '../engine/model-question.ts'
import { HeldAnswer } from '../models/held-answer.ts'
import type { RankedAnswers } from '../models/ranked-answers.ts'

/** Whoever asks waits for half a minute. */
const WHOLE_MS = 25_000

/** What is answered to a question without tools, as a whole. Rejects with `missing_program` where nobody answers, `timed_out`, and what models say. */
export async function tryQuestion(
  answers: RankedAnswers | null,
  { question, clock }: { question: ModelQuestion; clock: Clock },
): Promise<{ text: string; by: string }> {
  if (answers === null) throw new LaresError('missing_program', 'nobody here answers what no sentence means')
  const over = new AbortController()
  const late = new AbortController()
  void wait(clock, WHOLE_MS, over.signal).then(() => {
    if (!over.signal.aborted)
      late.abort(new LaresError('timed_out', `no whole answer came within ${durationWords(WHOLE_MS)}`))
  })
  try {
    const held = new HeldAnswer({ answers, question, use: async () => '{}', signal: late.signal })
    let text = ''
    for await (const more of held.text()) text += more
    return { text: text.trim(), by: held.by ?? '' }
  } finally {
    over.abort()
  }
}
