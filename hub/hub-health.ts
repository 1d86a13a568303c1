import { cutText } from '../shared/cut-text.ts'
import type { ErrorCode } from '../shared/errors.ts'
import { hintFor } from '../shared/errors.ts'
import type { HubHealth } from '../shared/messages/hub-health.ts'

export type Problem = HubHealth['problems'][number]

/** What is wrong with the hub, by name, so that each part raises and clears its own. */
export class Health {
  #problems = new Map<string, Problem>()
  #serious = new Set<string>()
  /** Called when something was raised or cleared. */
  onChange: () => void = () => {}

  /** `serious`: the hub cannot do its work. Others are told of and leave the state at `ok`. */
  raise(name: string, code: ErrorCode, message: string, serious = false): void {
    const known = this.#problems.get(name)
    this.#problems.set(name, { code, message: cutText(message, 500), hint: hintFor(code) })
    if (serious) this.#serious.add(name)
    if (known?.message !== message) this.onChange()
  }

  clear(name: string): void {
    this.#serious.delete(name)
    if (this.#problems.delete(name)) this.onChange()
  }

  report(now: number, clockSynced: boolean | null): HubHealth {
    const problems = [...this.#problems.values()]
    return {
      state: this.#serious.size === 0 ? 'ok' : 'degraded',
      at: now,
      clock: clockSynced === null ? 'unknown' : clockSynced ? 'synced' : 'unsynced',
      problems,
    }
  }
}
