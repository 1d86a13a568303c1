import { cutText } from '../../shared/cut-text.ts'
import { type ErrorCode, hintFor } from '../../shared/errors.ts'
import type { HubHealth } from '../../shared/messages/hub-health.ts'
import type { CurrentProblem, ProblemCode, Weight } from '../engine/health-problem.ts'

export interface Problem {
  code: ProblemCode
  message: string
  hint: string
}

const ORDER: Weight[] = ['serious', 'attention', 'note']
/** More do not fit into the message. The worst come first. */
const PROBLEMS = 32

/** What is wrong with the hub, by name, so that each part raises and clears its own. */
export class Health {
  #problems = new Map<string, Problem>()
  #weights = new Map<string, Weight>()
  #declared: ReadonlyMap<string, string>
  /** Called when something was raised or cleared. */
  onChange: () => void = () => {}

  /** `declared`: the remedies of what is no error, by its code. */
  constructor(declared: ReadonlyMap<string, string> = new Map()) {
    this.#declared = declared
  }

  /** `hint`: replaces the code's remedy where the place knows a better one. */
  raise(
    name: string,
    code: ProblemCode,
    message: string,
    { weight = 'attention', hint }: { weight?: Weight; hint?: string | undefined } = {},
  ): void {
    const known = this.#problems.get(name)
    const problem = { code, message: cutText(message, 500), hint: cutText(hint ?? this.#remedyOf(code), 500) }
    this.#problems.set(name, problem)
    const before = this.#weights.get(name)
    this.#weights.set(name, weight)
    if (known?.message !== problem.message || known.hint !== problem.hint || before !== weight) this.onChange()
  }

  clear(name: string): void {
    this.#weights.delete(name)
    if (this.#problems.delete(name)) this.onChange()
  }

  /** What is wrong now, all of it. */
  current(): CurrentProblem[] {
    return [...this.#problems].map(([name, { code, message }]) => ({
      ...{ name, code, message },
      weight: this.#weights.get(name) ?? 'note',
    }))
  }

  report(now: number, clockSynced: boolean | null): HubHealth {
    const worst = (name: string) => ORDER.indexOf(this.#weights.get(name) ?? 'note')
    const names = [...this.#problems.keys()].sort((one, other) => worst(one) - worst(other))
    const problems = names.slice(0, PROBLEMS).flatMap((name) => this.#problems.get(name) ?? [])
    return {
      state: this.#state(),
      at: now,
      clock: clockSynced === null ? 'unknown' : clockSynced ? 'synced' : 'unsynced',
      problems,
    }
  }

  /**
   * What anybody with an account may know of a report, whatever house they belong to: each code once, with the remedy that is the
   * same everywhere, so without names, paths and addresses.
   */
  withoutDetails(report: HubHealth): HubHealth {
    const codes = new Set(report.problems.map(({ code }) => code))
    return { ...report, problems: [...codes].map((code) => ({ code, hint: this.#remedyOf(code) })) }
  }

  #remedyOf(code: string): string {
    return this.#declared.get(code) ?? hintFor(code as ErrorCode)
  }

  #state(): 'ok' | 'attention' | 'degraded' {
    const weights = [...this.#weights.values()]
    if (weights.includes('serious')) return 'degraded'
    return weights.includes('attention') ? 'attention' : 'ok'
  }
}
