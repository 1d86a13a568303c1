import type { Clock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import type { ModelQuestion } from '../engine/model-question.ts'
import { HeldAnswer } from '../models/held-answer.ts'
import type { RankedAnswers } from '../models/ranked-answers.ts'
import { withinTime } from '../models/within-time.ts'

/** Whoever asks waits for half a minute. */
const WHOLE_MS = 25_000

/** What is answered to a question without tools, as a whole. Rejects with `missing_program` where nobody answers, `timed_out`, and what models say. */
export async function tryQuestion(
  answers: RankedAnswers | null,
  { question, clock }: { question: ModelQuestion; clock: Clock },
): Promise<{ text: string; by: string }> {
  if (answers === null) throw new LaresError('missing_program', 'nobody here answers what no sentence means')
  return await withinTime({ clock, ms: WHOLE_MS, name: 'an answer' }, async (signal) => {
    const held = new HeldAnswer({ answers, question, use: async () => '{}', signal })
    let text = ''
    for await (const more of held.text()) text += more
    return { text: text.trim(), by: held.by ?? '' }
  })
}
