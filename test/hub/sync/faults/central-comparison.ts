import { Client } from 'pg'
import { readStreams } from '../../../../hub/engine/sync-memory.ts'
import type { StreamPosition } from '../../../../hub/engine/sync-step.ts'
import { type CentralColumn, type CentralTable, isAppend } from '../../../../hub/store/central-shape.ts'
import { centralTables } from '../../../../hub/store/central-tables.ts'
import type { Database } from '../../../../shared/sqlite/open.ts'

type Row = Record<string, unknown>

/** Where the hub's rows belong at central, by the streams that the hub remembers; written down apart from the code under test. */
function epochOf(streams: StreamPosition[], table: string, key: number): number {
  const fitting = streams.filter(
    ({ table: of, first, upto }) => of === table && first < key && (upto === null || key <= upto),
  )
  return Math.max(0, ...fitting.map(({ epoch }) => epoch))
}

/**
 * Every way in which central does not have exactly what the hub has: row by row and column by column, what is missing,
 * what stands twice or is not the hub's, what is deleted at one side only, and ledgers and cursors that do not agree.
 * `beside`: rows of append-only tables that the hub does not have are right, as after a restored backup, and cursors of
 * former epochs may be further than it remembers.
 */
export async function differences(
  db: Database,
  admin: string,
  { site, beside = false }: { site: string; beside?: boolean },
): Promise<string[]> {
  const client = new Client({ connectionString: admin })
  await client.connect()
  try {
    const query = async (sql: string): Promise<Row[]> => (await client.query(sql, [site])).rows as Row[]
    const wrong: string[] = []
    const streams = readStreams(db)
    for (const table of centralTables()) wrong.push(...(await compareTable(table)))
    wrong.push(...compareCursors(streams, await query('SELECT * FROM lares.sync_cursors WHERE site_id = $1'), beside))
    return wrong

    async function compareTable(table: CentralTable): Promise<string[]> {
      const found: string[] = []
      const own = table.kind === 'down' ? ` WHERE managed_by = 'site'` : ''
      const here = db.prepare(`SELECT * FROM "${table.name}"${own}`).all() as Row[]
      const there = new Map<string, Row>()
      for (const row of await query(`SELECT * FROM lares."${table.name}" WHERE site_id = $1`))
        there.set(isAppend(table) ? `${row.epoch}/${row[table.key]}` : String(row[table.key]), row)
      for (const row of here) {
        const key = String(row[table.key])
        const name = isAppend(table) ? `${epochOf(streams, table.name, Number(key))}/${key}` : key
        const stored = there.get(name)
        there.delete(name)
        if (!stored) found.push(`${table.name} ${name} is missing`)
        else if (stored.deleted_at) found.push(`${table.name} ${name} is deleted at central only`)
        else found.push(...compareRow(table, name, { row, stored }))
      }
      for (const [name, row] of there)
        if (isAppend(table) ? !beside : !row.deleted_at) found.push(`${table.name} ${name} is at central only`)
      return found
    }

    function compareRow(table: CentralTable, name: string, { row, stored }: { row: Row; stored: Row }): string[] {
      const expected = new Map(table.columns.map((column) => [column.name, written(column, row[column.name])]))
      for (const { column, table: target, epochColumn } of table.references)
        if (epochColumn !== null && row[column] !== null)
          expected.set(epochColumn, String(epochOf(streams, target, Number(row[column]))))
      return [...expected]
        .map(([column, mine]) => [column, mine, atCentral(table, column, stored[column])] as const)
        .filter(([, mine, theirs]) => mine !== theirs)
        .map(([column, mine, theirs]) => `${table.name} ${name}: ${column} is ${theirs} and not ${mine}`)
    }
  } finally {
    await client.end()
  }
}

/** Whether both sides remember the same cursors, and every ledger balances. */
function compareCursors(streams: StreamPosition[], cursors: Row[], beside: boolean): string[] {
  const wrong: string[] = []
  const newest = Math.max(...streams.map(({ epoch }) => epoch))
  for (const cursor of cursors) {
    const name = `${cursor.epoch}/${cursor.stream}`
    const [rows, merged, duplicates, held] = ['rows', 'merged', 'duplicates', 'quarantined'].map((n) =>
      Number(cursor[n]),
    )
    if (rows !== (merged ?? 0) + (duplicates ?? 0) + (held ?? 0)) wrong.push(`the ledger of ${name} does not balance`)
    const own = streams.find(({ epoch, stream }) => `${epoch}/${stream}` === name)
    if (!own) wrong.push(`the hub does not know the stream ${name}`)
    else if (beside && own.epoch < newest) continue
    else if (own.position !== Number(cursor.position) || own.chain !== cursor.chain)
      wrong.push(`${name} is at ${own.position} ${own.chain} here, ${cursor.position} ${cursor.chain} there`)
  }
  for (const { epoch, stream } of streams)
    if (!cursors.some((cursor) => Number(cursor.epoch) === epoch && cursor.stream === stream))
      wrong.push(`central does not know the stream ${epoch}/${stream}`)
  return wrong
}

/** Numbers, texts and times as text, so that both sides can be compared; times in milliseconds. */
function written({ kind }: CentralColumn, value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (kind === 'flag') return String(value === 1)
  if (kind === 'json') return sorted(JSON.parse(value as string))
  return Buffer.isBuffer(value) ? value.toString('hex') : String(value)
}

function atCentral(table: CentralTable, column: string, value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  const kind = table.columns.find(({ name }) => name === column)?.kind
  if (kind === 'time') return String((value as Date).getTime())
  if (kind === 'json') return sorted(value)
  return Buffer.isBuffer(value) ? value.toString('hex') : String(value)
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
