import { createHash } from 'node:crypto'
import type { Database } from '../../shared/sqlite/open.ts'
import type { StreamPosition } from '../engine/sync-step.ts'
import { acknowledgedRanges, type KeyRange } from '../store/acknowledged-keys.ts'
import { type CentralColumn, type CentralTable, isAppend } from '../store/central-shape.ts'
import { storedAt } from './encode.ts'
import { Postgres } from './postgres.ts'
import type { UploadSource } from './upload-source.ts'

export interface VerifyQuestion {
  /** One table; absent: all. */
  table?: string
  /** Whole days before today, UTC. */
  days: number
  now: number
}

export interface DayDifference {
  table: string
  /** `2026-03-01`, UTC. */
  day: string
  hub: number
  central: number
  /** `missing`: central lacks rows. `different`: as many rows, other content. `more`: the hub has purged or lost some. */
  found: 'missing' | 'different' | 'more'
}

export interface VerifyAnswer {
  /** Central has every acknowledged row of these days as the hub has it. */
  ok: boolean
  since: string
  tables: { table: string; days: number; rows: number }[]
  differences: DayDifference[]
}

export interface VerifyParts {
  db: Database
  source: UploadSource
  streams: readonly StreamPosition[]
  site: string | null
  url: string
  version: string
}

const DAY_MS = 86_400_000
const CHUNK = 5_000
const SEPARATOR = '\u001f'
const NOTHING = '~'

interface Tally {
  rows: number
  sum: bigint
}

/**
 * Compares counts and hashes per table and day between this hub and central, over what was acknowledged. JSON is left out
 * of the hash: the two databases write it differently. Yields between chunks, so that sending goes on.
 */
export async function verify(parts: VerifyParts, question: VerifyQuestion): Promise<VerifyAnswer> {
  const since = Math.floor(question.now / DAY_MS) * DAY_MS - question.days * DAY_MS
  const central = new Postgres({
    url: parts.url,
    name: `lares verify ${parts.version}`,
    connectMs: 15_000,
    statementMs: 60_000,
  })
  const answer: VerifyAnswer = { ok: true, since: dayOf(since), tables: [], differences: [] }
  try {
    await central.connect()
    const tables = parts.source.tables.filter(({ name }) => question.table === undefined || name === question.table)
    for (const table of tables) {
      const time = table.partition ?? storedAt(table)
      if (time === null) continue
      const here = await countHere(parts, table, { time, since })
      const there = await countThere(central, parts, table, { time, since })
      const days = [...new Set([...here.keys(), ...there.keys()])].sort()
      let rows = 0
      for (const day of days) {
        const mine = here.get(day) ?? { rows: 0, sum: 0n }
        const theirs = there.get(day) ?? { rows: 0, sum: 0n }
        rows += mine.rows
        if (mine.rows === theirs.rows && mine.sum === theirs.sum) continue
        const found = mine.rows > theirs.rows ? 'missing' : mine.rows < theirs.rows ? 'more' : 'different'
        if (found !== 'more') answer.ok = false
        answer.differences.push({ table: table.name, day, hub: mine.rows, central: theirs.rows, found })
      }
      answer.tables.push({ table: table.name, days: days.length, rows })
    }
  } finally {
    central.close()
  }
  return answer
}

interface Span {
  time: string
  since: number
}

async function countHere(
  { db, streams }: VerifyParts,
  table: CentralTable,
  { time, since }: Span,
): Promise<Map<string, Tally>> {
  const compared = comparedColumns(table)
  const select = [...compared.map(({ name }) => `t."${name}"`), `t."${time}"`].join(', ')
  const tallies = new Map<string, Tally>()
  for (const { sql, values } of hubQueries(table, { time, since }, streams)) {
    const statement = db
      .prepare(
        `SELECT ${select}, t."${table.key}" FROM "${table.name}" t WHERE ${sql} AND t."${table.key}" > ? ORDER BY t."${table.key}" LIMIT ${CHUNK}`,
      )
      .raw()
    let after: unknown = isAppend(table) ? values[0] : ''
    for (;;) {
      const rows = statement.all(...values, after) as unknown[][]
      for (const row of rows) add(tallies, row[compared.length] as number, textOf(compared, row))
      if (rows.length < CHUNK) break
      after = rows.at(-1)?.at(-1)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return tallies
}

/** Rows of this hub that central has acknowledged. */
function hubQueries(table: CentralTable, { time, since }: Span, streams: readonly StreamPosition[]) {
  const held = `NOT EXISTS (SELECT 1 FROM sync_quarantine q WHERE q.table_name = '${table.name}' AND q.row_key = CAST(t."${table.key}" AS TEXT))`
  if (isAppend(table)) {
    return acknowledgedRanges(streams, table.name).map(({ first, last }) => ({
      sql: `t."${table.key}" > ? AND t."${table.key}" <= ? AND t."${time}" >= ? AND ${held}`,
      values: [first, last, since],
    }))
  }
  const mine = table.kind === 'down' ? "AND t.managed_by = 'site'" : ''
  const settled = `NOT EXISTS (SELECT 1 FROM sync_changes c WHERE c.table_name = '${table.name}' AND c.row_key = t."${table.key}")`
  return [{ sql: `t."${time}" >= ? AND ${settled} AND ${held} ${mine}`, values: [since] }]
}

async function countThere(
  central: Postgres,
  { db, streams, site }: VerifyParts,
  table: CentralTable,
  { time, since }: Span,
): Promise<Map<string, Tally>> {
  const ranges: KeyRange[] = isAppend(table) ? acknowledgedRanges(streams, table.name) : []
  const text = comparedColumns(table).map(sqlText).join(` || chr(31) || `)
  // What waits or was refused stands there as it was before.
  const stale = db
    .prepare(
      'SELECT row_key FROM sync_changes WHERE table_name = ? UNION SELECT row_key FROM sync_quarantine WHERE table_name = ?',
    )
    .pluck()
    .all(table.name, table.name) as string[]
  const which = isAppend(table)
    ? `EXISTS (SELECT 1 FROM unnest($3::integer[], $4::bigint[], $5::bigint[]) AS r(epoch, first, last) WHERE t.epoch = r.epoch AND t."${table.key}" > r.first AND t."${table.key}" <= r.last)`
    : `t.deleted_at IS NULL AND NOT (t."${table.key}" = ANY($3::text[]))`
  const values = isAppend(table)
    ? [ranges.map(({ epoch }) => epoch), ranges.map(({ first }) => first), ranges.map(({ last }) => last)]
    : [stale]
  const rows = await central.rows(
    `SELECT to_char(t."${time}" AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*) AS rows, sum(('x' || left(md5(${text}), 15))::bit(60)::bigint)::text AS sum ` +
      `FROM lares."${table.name}" t WHERE t.site_id = $1 AND t."${time}" >= to_timestamp($2::double precision / 1000) AND ${which} GROUP BY 1`,
    [site, since, ...values],
  )
  return new Map(rows.map((row) => [String(row.day), { rows: Number(row.rows), sum: BigInt(String(row.sum)) }]))
}

/** Columns that both databases write alike. */
function comparedColumns(table: CentralTable): CentralColumn[] {
  return table.columns.filter(({ kind }) => kind !== 'json' && kind !== 'blob')
}

function textOf(columns: CentralColumn[], row: unknown[]): string {
  return columns.map(({ kind }, index) => valueText(kind, row[index])).join(SEPARATOR)
}

const float = Buffer.alloc(8)

function valueText(kind: CentralColumn['kind'], value: unknown): string {
  if (value === null || value === undefined) return NOTHING
  if (kind === 'flag') return value === 0 ? 'false' : 'true'
  if (kind !== 'real') return String(value)
  float.writeDoubleBE(value as number)
  return float.toString('hex')
}

/** The same text, made by Postgres. */
function sqlText({ name, kind }: CentralColumn): string {
  const column = `t."${name}"`
  const text =
    kind === 'time'
      ? `round(extract(epoch FROM ${column}) * 1000)::bigint::text`
      : kind === 'real'
        ? `encode(float8send(${column}), 'hex')`
        : `${column}::text`
  return `coalesce(${text}, '${NOTHING}')`
}

function add(tallies: Map<string, Tally>, at: number, text: string): void {
  const day = dayOf(at)
  const tally = tallies.get(day) ?? { rows: 0, sum: 0n }
  tally.rows += 1
  tally.sum += BigInt(`0x${createHash('md5').update(text).digest('hex').slice(0, 15)}`)
  tallies.set(day, tally)
}

function dayOf(at: number): string {
  const day = new Date(at)
  return Number.isNaN(day.getTime()) ? 'beyond' : day.toISOString().slice(0, 10)
}
