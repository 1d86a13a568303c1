import { LaresError } from '../../../shared/errors.ts'
import { nearestName } from '../../../shared/nearest-name.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { fold } from '../house/named-house.ts'
import { type AlertRule, alertRuleRows } from './rule-row.ts'

/** The rule that a person means, by its id or its name in any case. Throws `not_found` with the nearest. */
export function ruleNamed(db: Database, given: string): AlertRule {
  const rules = alertRuleRows(db)
  const found = rules.find(({ id }) => id === given) ?? rules.find(({ name }) => fold(name) === fold(given))
  if (found) return found
  const nearest = nearestName(
    given,
    rules.flatMap(({ id, name }) => [id, name]),
  )
  throw new LaresError('not_found', `there is no rule ${given}`, {
    hint: nearest === null ? 'See lares alert-rules list.' : `Did you mean ${nearest}? See lares alert-rules list.`,
  })
}
