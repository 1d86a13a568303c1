import { cleanText } from '../../../shared/clean-text.ts'
import { cutText } from '../../../shared/cut-text.ts'
import { FOLLOWING } from '../../../shared/limits.ts'
import type { Context } from '../../engine/context.ts'
import type { FollowerError } from '../../engine/follower-step.ts'
import { type FollowerRow, followerRow, followerRows } from './follower-row.ts'

/** Writes down that a follower does not get on, and tells the hub's health. */
export function noteTrouble(context: Context, name: string, { code, message }: FollowerError): void {
  context.db
    .prepare(
      'UPDATE followers SET last_code = ?, last_error = ?, failing_since = coalesce(failing_since, ?) WHERE name = ?',
    )
    .run(code, cutText(cleanText(message), FOLLOWING.errorLength), context.now, name)
  tellTrouble(context, name)
}

/** Tells the hub's health how this follower is. */
export function tellTrouble(context: Pick<Context, 'db' | 'effect'>, name: string): void {
  const row = followerRow(context.db, name)
  const failing = row !== undefined && row.is_wanted === 1 && row.last_error !== null
  context.effect({ kind: 'problem', name: `followers:${name}`, problem: failing ? problem(row) : null })
}

function problem({ name, table_name, last_error }: FollowerRow) {
  return {
    code: 'follower_failing' as const,
    message: `the follower "${name}" of ${table_name} does not get on: ${last_error}`,
  }
}

/** At start the health knows nothing of what failed before. */
export function tellTroubles(context: Pick<Context, 'db' | 'effect'>): void {
  for (const { name, last_error } of followerRows(context.db)) if (last_error !== null) tellTrouble(context, name)
}
