import type { ErrorCode } from '../shared/errors.ts'
import { hintFor } from '../shared/errors.ts'
import type { HubHealth } from '../shared/messages/hub-health.ts'

export type Problem = HubHealth['problems'][number]

/** What is wrong with the hub, by name, so that each part raises and clears its own. */
export class Health {
  #problems = new Map<string, Problem>()
  /** Called when something was raised or cleared. */
  onChange: () => void = () => {}

  raise(name: string, code: ErrorCode, message: string): void {
    const known = this.#problems.get(name)
    this.#problems.set(name, { code, message: message.slice(0, 500), hint: hintFor(code) })
    if (known?.message !== message) this.onChange()
  }

  clear(name: string): void {
    if (this.#problems.delete(name)) this.onChange()
  }

  report(now: number, clockSynced: boolean | null): HubHealth {
    const problems = [...this.#problems.values()]
    return {
      state: problems.length === 0 ? 'ok' : 'degraded',
      at: now,
      clock: clockSynced === null ? 'unknown' : clockSynced ? 'synced' : 'unsynced',
      problems,
    }
  }
}
