import { LaresError } from '../../../shared/errors.ts'
import { nearestName } from '../../../shared/nearest-name.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { AuthorizedCaller } from '../../engine/caller.ts'
import { conditions } from '../../query/list-query.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { fold } from '../house/named-house.ts'
import { MAKER_ROWS, type MakerRow, readMakerRow } from './maker-rows.ts'

interface Asking {
  db: Database
  caller: Pick<AuthorizedCaller, 'houses'>
}

/**
 * The device of another maker that a person means, among those of the houses that the command may concern: by its id, by anything
 * that identifies it, by the device that it became, or by its name in any case where only one has it. Throws `not_found` with the
 * nearest name, and `bad_params` with the candidates where several fit.
 */
export function makerNamed(asking: Asking, given: string, source: string | undefined): MakerRow {
  const rows = makersAmong(asking, source)
  const identified = rows.filter((row) => [row.id, row.device_id, ...row.identities].includes(given))
  const fitting = identified.length > 0 ? identified : rows.filter(({ name }) => fold(name) === fold(given))
  // One device that is heard of at two sources is told of from one.
  const [only, ...others] = fitting.filter(({ speaks }) => speaks).length === 1 ? fitting.filter(speaking) : fitting
  if (only && others.length === 0) return only
  if (only)
    throw new LaresError('bad_params', `${fitting.length} devices are called ${given}: ${candidates(fitting)}`, {
      hint: 'Name one of them by what identifies it, with --source where two sources say the same.',
    })
  const nearest = nearestName(
    given,
    rows.flatMap(({ name, identity }) => [name, identity]),
  )
  throw new LaresError('not_found', `no source announced a device ${given}`, {
    hint: nearest === null ? 'See lares makers list.' : `Did you mean ${nearest}? See lares makers list.`,
  })
}

/** Those that the command may concern, of one source where that is given. */
export function makersAmong({ db, caller }: Asking, source: string | undefined, status?: string): MakerRow[] {
  const where = conditions(visibleHouses(caller, 's.house_id'))
    .when('m.source = ?', source)
    .when('m.status = ?', status)
  return db
    .prepare(`${MAKER_ROWS} WHERE ${where.sql} ORDER BY m.name, m.id`)
    .all(...where.values)
    .map(readMakerRow)
}

/** Throws `not_found` for a source that the caller sees nothing of. */
export function sourceNamed({ db, caller }: Asking, given: string | undefined): string | undefined {
  if (given === undefined) return undefined
  const visible = visibleHouses(caller, 's.house_id')
  const keys = db.prepare(`SELECT s.key FROM maker_sources s WHERE ${visible.sql}`).pluck()
  const known = keys.all(...visible.values) as string[]
  if (known.includes(given)) return given
  const nearest = nearestName(given, known)
  throw new LaresError('not_found', `there is no source ${given}`, {
    hint: nearest === null ? 'See lares makers sources.' : `Did you mean ${nearest}? See lares makers sources.`,
  })
}

function speaking({ speaks }: MakerRow): boolean {
  return speaks
}

function candidates(rows: readonly MakerRow[]): string {
  return rows.map(({ identity, source, status }) => `${identity} (${source}, ${status})`).join(', ')
}
