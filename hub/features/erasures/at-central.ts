import type { Context } from '../../engine/context.ts'
import type { ErasureStep } from '../../engine/erasure.ts'

/** Writes down what central said about an erasure. */
export function erasedAtCentral({ db, now }: Context, { id, rows, done, refused }: ErasureStep): void {
  db.prepare(
    'UPDATE erasures SET removed_at_central = removed_at_central + ?, refused = ?, refused_at = ? WHERE id = ?',
  ).run(rows, refused, refused === null ? null : now, id)
  if (done) db.prepare("UPDATE erasures SET state = 'done', done_at = ?, pseudonym = NULL WHERE id = ?").run(now, id)
}
