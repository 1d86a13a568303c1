import type { Clock } from '../../shared/clock.ts'

/**
 * The stages of a turn in their order. `ended`: the device says that somebody has finished; `silent`: the last sound was here;
 * `sounds`: the speaker began; `over`: it has played all, or was stopped.
 */
export const TURN_STAGES = [
  'began',
  'ended',
  'silent',
  'heard',
  'answer_first',
  'answer_last',
  'voice_first',
  'sent_first',
  'sounds',
  'over',
] as const
export type TurnStage = (typeof TURN_STAGES)[number]

/** When each stage of a turn was reached, on the hub's own clock alone. */
export class Waterfall {
  #clock: Clock
  #at = new Map<TurnStage, number>()

  constructor(clock: Clock) {
    this.#clock = clock
    this.mark('began')
  }

  /** Only the first time counts. */
  mark(stage: TurnStage): void {
    if (!this.#at.has(stage)) this.#at.set(stage, this.#clock.mono())
  }

  /** Milliseconds from the one to the other; `null`: one of them was not reached. */
  between(from: TurnStage, to: TurnStage): number | null {
    const [since, until] = [this.#at.get(from), this.#at.get(to)]
    return since === undefined || until === undefined ? null : rounded(until - since)
  }

  /** Milliseconds since the turn began, of what was reached. */
  stages(): Partial<Record<TurnStage, number>> {
    const began = this.#at.get('began') ?? 0
    return Object.fromEntries([...this.#at].map(([stage, at]) => [stage, rounded(at - began)]))
  }
}

function rounded(ms: number): number {
  return Math.round(ms * 10) / 10
}
