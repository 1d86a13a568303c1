/** Steps of a wait, in their order: each ends with the stage that it is called by. */
export const WAIT_STEPS = ['heard', 'answer_first', 'voice_first', 'sent_first', 'sounds'] as const
export type WaitStep = (typeof WAIT_STEPS)[number]

/** One step, in milliseconds since what was said was over. */
export interface FallStep {
  step: WaitStep
  from: number
  ms: number
}

/** What became of the time of a turn. Milliseconds. */
export interface Waterfall {
  /** While somebody spoke, until the first sound of the answer, and while that was heard; `null`: it has no end. */
  spokeMs: number
  waitMs: number
  answerMs: number | null
  steps: FallStep[]
  longest: FallStep | null
}

/**
 * The waterfall of a turn, by when each of its stages was reached: milliseconds since it began, on one clock. `null`: it never came to
 * a sound. A stage that is not known belongs to the step after it, and one that came before the end of what was said took nothing.
 */
export function waterfallOf(stages: Readonly<Record<string, number>> | null): Waterfall | null {
  const at = (stage: string) => {
    const value = stages?.[stage]
    return typeof value === 'number' && Number.isFinite(value) ? value : null
  }
  const [ended, sounds] = [at('ended') ?? at('silent'), at('sounds')]
  if (ended === null || sounds === null || sounds < ended) return null
  const over = at('over')
  const steps: FallStep[] = []
  let from = 0
  for (const step of WAIT_STEPS) {
    const reached = at(step)
    if (reached === null) continue
    const to = Math.min(Math.max(reached - ended, from), sounds - ended)
    steps.push({ step, from, ms: to - from })
    from = to
  }
  const [longest = null] = steps.filter(({ ms }) => ms > 0).sort((one, other) => other.ms - one.ms)
  return {
    ...{ spokeMs: Math.max(0, ended - (at('began') ?? 0)), waitMs: sounds - ended, steps, longest },
    answerMs: over === null ? null : Math.max(0, over - sounds),
  }
}
