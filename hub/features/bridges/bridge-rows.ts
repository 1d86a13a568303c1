import type { Database } from '../../../shared/sqlite/open.ts'
import type { BridgeAtBroker } from '../../engine/bridge-at-broker.ts'

export interface BridgeRow extends Omit<BridgeAtBroker, 'topics'> {
  house_name: string
  beside: readonly string[]
  last_used_at: number | null
  created_at: number
}

type Stored = Omit<BridgeRow, 'beside'> & { beside: string }

const READ =
  'SELECT b.id, b.name, b.dialect, b.prefix, b.beside, b.house_id AS house, h.name AS house_name, b.last_used_at, b.created_at ' +
  'FROM bridges b JOIN houses h ON h.id = b.house_id WHERE h.removed_at IS NULL'

/** All bridges of houses that are there, by name. */
export function bridgeRows(db: Database): BridgeRow[] {
  return (db.prepare(`${READ} ORDER BY b.name`).all() as Stored[]).map(rowOf)
}

export function bridgeCalled(db: Database, name: string): BridgeRow | undefined {
  const row = db.prepare(`${READ} AND b.name = ?`).get(name) as Stored | undefined
  return row && rowOf(row)
}

/** Everything below each of these is the bridge's own. */
export function topicsOf({ prefix, beside }: Pick<BridgeRow, 'prefix' | 'beside'>): string[] {
  return [prefix, ...beside]
}

/** As the broker has to know it. */
export function atBroker(row: BridgeRow): BridgeAtBroker {
  const { id, name, dialect, prefix, house } = row
  return { id, name, dialect, prefix, house, topics: topicsOf(row) }
}

function rowOf({ beside, ...row }: Stored): BridgeRow {
  return { ...row, beside: JSON.parse(beside) as string[] }
}
