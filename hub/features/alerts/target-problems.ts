import type { Database } from '../../../shared/sqlite/open.ts'
import { zonedTime } from '../../../shared/time-words.ts'
import type { Context } from '../../engine/context.ts'
import type { ToldProblem } from '../../engine/health-problem.ts'
import { alertMessage, targetOfKey } from './message-job.ts'
import type { AlertRule } from './rule-row.ts'
import type { AlertTargets } from './settings.ts'

/** A server that restarts is nobody's trouble. */
const FAILURES = 3

/** What the problem of a target is called in the hub's health. */
export const targetProblem = (key: string) => `alerts:${key}`

/** Tells the hub's health which targets take nothing, and which are named and not there. */
export class TargetProblems {
  #told = new Map<string, string>()

  tick(context: Context, targets: AlertTargets, rules: Iterable<AlertRule>): void {
    const problems = new Map<string, ToldProblem>()
    for (const { key, since, last_error } of failing(context.db)) {
      // A message and a test to the same target fail for the same reason.
      if (problems.has(targetProblem(key))) continue
      const why = `has taken no message since ${zonedTime(since)}: ${last_error}`
      problems.set(targetProblem(key), { code: 'alerts_target_away', message: `the target ${key} ${why}` })
    }
    for (const { name, targets: named } of rules)
      for (const { target } of named)
        if (!Object.hasOwn(targets, target))
          problems.set(`alerts_unknown:${target}`, {
            code: 'alerts_target_unknown',
            message: `the rule ${name} tells ${target}, which is not in hub.toml`,
          })
    for (const [name, problem] of problems) this.#tell(context, name, problem)
    for (const name of this.#told.keys()) if (!problems.has(name)) this.#tell(context, name, null)
  }

  forget(): void {
    for (const name of this.#told.keys()) this.#told.set(name, '')
  }

  #tell(context: Context, name: string, problem: ToldProblem | null): void {
    const words = JSON.stringify(problem)
    if (this.#told.get(name) === words) return
    if (problem === null) this.#told.delete(name)
    else this.#told.set(name, words)
    context.effect({ kind: 'problem', name, problem })
  }
}

function failing(db: Database): { key: string; since: number; last_error: string }[] {
  const rows = db
    .prepare(
      "SELECT key, enqueued_at AS since, last_error FROM jobs WHERE kind = ? AND state IN ('waiting', 'running') AND failures >= ? ORDER BY key",
    )
    .all(alertMessage.name, FAILURES) as { key: string; since: number; last_error: string }[]
  return rows.map((row) => ({ ...row, key: targetOfKey(row.key) }))
}
