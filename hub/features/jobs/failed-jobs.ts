import type { Context } from '../../engine/context.ts'

/** Tells the hub's health whether jobs of a kind have failed and nobody has decided about them. */
export function tellFailed(context: Pick<Context, 'db' | 'effect'>, kind: string): void {
  const { failed } = context.db
    .prepare("SELECT count(*) AS failed FROM jobs WHERE state = 'failed' AND kind = ?")
    .get(kind) as { failed: number }
  context.effect({
    kind: 'problem',
    name: `jobs:${kind}`,
    problem: failed === 0 ? null : problem(context, kind, failed),
  })
}

function problem({ db }: Pick<Context, 'db'>, kind: string, failed: number) {
  const { id, key, last_error } = db
    .prepare(
      "SELECT id, key, last_error FROM jobs WHERE state = 'failed' AND kind = ? ORDER BY ended_at DESC, id DESC LIMIT 1",
    )
    .get(kind) as { id: number; key: string; last_error: string }
  const many =
    failed === 1 ? `job ${id} ("${kind}", ${key}) failed` : `${failed} jobs "${kind}" failed, the last ${id} (${key})`
  return { code: 'job_failed' as const, message: `${many}: ${last_error}` }
}

/** At start the health knows nothing of what failed before. */
export function tellAllFailed(context: Pick<Context, 'db' | 'effect'>): void {
  const kinds = context.db.prepare("SELECT DISTINCT kind FROM jobs WHERE state = 'failed'").pluck().all() as string[]
  for (const kind of kinds) tellFailed(context, kind)
}
