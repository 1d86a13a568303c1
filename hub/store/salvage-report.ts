import type { Database } from '../../shared/sqlite/open.ts'

const KEY = 'salvaged'

/** Rows of one table that could not be read: behind one key and before another (`null`: to the end of the table). */
export interface LostRows {
  table: string
  after: number
  before: number | null
  /** When the row before them was stored, and the one behind them, in ms; `null`: there is none, or it has no time. */
  from: number | null
  to: number | null
}

/** What became of a damaged database. */
export interface SalvageReport {
  /** What had been found of its damage. */
  found: string
  lost: LostRows[]
  /** Small tables of which the backup gave what could not be read. */
  fromBackup: string[]
  /** By table: rows that were removed because the row that they belong to was lost. */
  orphans: Record<string, number>
  /** How many of the lost rows central may have, at most: the house asks it for them. */
  atCentral: number
  /** Central goes on with this house where it was; otherwise it gives it a new epoch, as it does a restored backup. */
  isSameHouse: boolean
}

/** Whoever opens the house tells of it, and then forgets it. */
export function storeReport(db: Database, report: SalvageReport): void {
  db.prepare(
    'INSERT INTO hub_settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(KEY, JSON.stringify(report))
}

/** A report that nobody has told of yet; `null`: none. */
export function readReport(db: Database): SalvageReport | null {
  const stored = db.prepare('SELECT value FROM hub_settings WHERE key = ?').pluck().get(KEY)
  return typeof stored === 'string' ? (JSON.parse(stored) as SalvageReport) : null
}

export function forgetReport(db: Database): void {
  db.prepare('DELETE FROM hub_settings WHERE key = ?').run(KEY)
}

/** In one sentence for a person. */
export function reportWords({ lost, fromBackup, orphans, atCentral }: SalvageReport): string {
  const tables = [...new Set(lost.map(({ table }) => table))].map((table) => lostWords(lost, table))
  const parts = [
    tables.length === 0 ? 'no row was lost' : `rows of ${tables.join(', ')} were lost`,
    ...(atCentral > 0
      ? [
          `central has up to ${atCentral.toLocaleString('en-US')} of them, which come back once the hub is connected to it`,
        ]
      : []),
    ...(fromBackup.length > 0 ? [`what was missing of ${fromBackup.join(', ')} came from the newest backup`] : []),
    ...Object.entries(orphans).map(([table, rows]) => `${rows} rows of ${table} went with them`),
  ]
  return `the database was damaged, and what could be read of it was saved: ${parts.join('; ')}`
}

function lostWords(lost: readonly LostRows[], table: string): string {
  const own = lost.filter((range) => range.table === table)
  const rows = own.reduce((sum, { after, before }) => sum + (before === null ? 0 : before - after - 1), 0)
  const parts = [
    ...(rows > 0 ? [`up to ${rows.toLocaleString('en-US')}`] : []),
    ...(own.some(({ before }) => before === null) ? ['the last ones'] : []),
  ]
  return `${table} (${parts.join(' and ')})`
}
