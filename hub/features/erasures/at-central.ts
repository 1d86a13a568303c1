import type { Context } from '../../engine/context.ts'
import type { ErasureStep } from '../../engine/erasure.ts'
import { closeErasures } from './close-erasures.ts'

/** Writes down what central said about an erasure. */
export function erasedAtCentral({ db, now }: Context, { id, rows, done, refused }: ErasureStep): void {
  db.prepare(
    'UPDATE erasures SET removed_at_central = removed_at_central + ?, refused = ?, refused_at = ? WHERE id = ?',
  ).run(rows, refused, refused === null ? null : now, id)
  if (!done) return
  db.prepare("UPDATE erasures SET erased_at_central = ? WHERE id = ? AND state = 'elsewhere'").run(now, id)
  closeErasures(db, { now, hasCentral: true })
}
