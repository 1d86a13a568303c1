import { statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Sqlite from 'better-sqlite3'
import { LaresError } from '../../shared/errors.ts'
import { systemRandom } from '../../shared/ids.ts'
import type { Log } from '../../shared/log.ts'
import { stampAnew } from '../../shared/sqlite/log-stamp.ts'
import { type Database, sqliteCode } from '../../shared/sqlite/open.ts'
import { passLostKeys } from './append-keys.ts'
import { listBackups, markAsCopy, RESTORED_COPY } from './backup.ts'
import { damageOf, GROWING_TABLES } from './check.ts'
import { NOT_DERIVED, type SchemaObject } from './copy-rows.ts'
import { mostAtCentral } from './fetchable-rows.ts'
import { forgetIndexedUpto } from './indexed-readings.ts'
import { removeOrphans } from './orphaned-rows.ts'
import { dropPart } from './part-files.ts'
import { openDamaged, ReadableRows } from './readable-rows.ts'
import { findRollupPositions, ROLLUP_STEPS } from './rollup-positions.ts'
import { completedBy, ROLLUPS_SINCE } from './rollups-in-copies.ts'
import { timeOfRow } from './row-times.ts'
import { type LostRange, openSalvage, type SalvageProgress } from './salvage-progress.ts'
import { type LostRows, type SalvageReport, storeReport } from './salvage-report.ts'
import { isHubs } from './sound.ts'

/** Where rows are saved until the file is whole. A salvage that was killed goes on there. */
export const salvageFile = (file: string) => `${file}.salvage`

export interface Salvage {
  /** The damaged database; it is only read. */
  file: string
  /** The new file. */
  target: string
  /** A sound copy of the same house, for small tables that are damaged; `null`: there is none. */
  backup: string | null
  /** What was found of the damage. */
  found: string
  log: Log
}

/** Why nothing was saved: `unreadable` when the file does not say which tables it has, or small ones are damaged without a backup. */
export type SalvageOutcome =
  | { kind: 'saved'; file: string; report: SalvageReport }
  | { kind: 'unreadable' }
  | { kind: 'no_room'; neededBytes: number }

/** The hub fills it from the readings that there are. */
const FILLED_ANEW: ReadonlySet<string> = new Set(['reading_index'])
/**
 * Settings that no backup gives: what it says of itself, and how far rollups were that the file has. Where those are lost, they follow
 * from the rollups.
 */
const NOT_FROM_A_BACKUP: readonly string[] = [RESTORED_COPY, ROLLUPS_SINCE, ...ROLLUP_STEPS.map(({ key }) => key)]
const ROWS = 10_000
/** What is left to the hub on a disk that is nearly full: as much as its log may grow to. */
const RESERVE_BYTES = 64 * 1024 * 1024
/** A table built row by row has emptier pages than one that was vacuumed. */
const GROWTH = 1.15

/**
 * Tables whose lost rows change nothing between this house and central: their keys are not used again, and what central has of
 * them stays as it is. What waits to be sent (`sync_changes`) is none of them.
 */
const REPLACEABLE: ReadonlySet<string> = new Set([...GROWING_TABLES].filter((table) => table !== 'sync_changes'))
/**
 * Saves every row of a damaged database that can be read into a new file, which is whole and checked when this returns. It is
 * written in transactions of some thousand rows; killed at any moment, the next call goes on with the last of them.
 *
 * Throws what is neither damage of the source nor room, such as a full disk; then nothing but the unfinished file is left.
 */
export function salvage({ file, target, backup, found, log }: Salvage): SalvageOutcome {
  let source: Database
  try {
    source = openDamaged(file)
  } catch {
    return { kind: 'unreadable' } // not even its first page
  }
  try {
    if (!isReadableHub(source)) return { kind: 'unreadable' }
    const neededBytes = roomFor(source, file, target)
    if (neededBytes > 0) return { kind: 'no_room', neededBytes }
    const report = save(source, { file, target, backup, found, log })
    if (report !== null) return { kind: 'saved', file: target, report }
    dropPart(target)
    return { kind: 'unreadable' }
  } finally {
    source.close()
  }
}

function isReadableHub(source: Database): boolean {
  try {
    return isHubs(source) && migrationsOf(source).length > 0
  } catch {
    return false // whatever is wrong with the tables that say what this is, nothing can be built on them
  }
}

const migrationsOf = (db: Database) =>
  db.prepare('SELECT name FROM schema_migrations ORDER BY name').pluck().all() as string[]

/** How many bytes are missing; 0: there is room. */
function roomFor(source: Database, file: string, target: string): number {
  const number = (name: string) => Number(source.pragma(name, { simple: true }))
  const used = Math.min(statSync(file).size, (number('page_count') - number('freelist_count')) * number('page_size'))
  const { bavail, bsize } = statfsSync(dirname(target))
  const written = statSync(target, { throwIfNoEntry: false })?.size ?? 0
  const needed = Math.ceil(used * GROWTH) + RESERVE_BYTES
  return bavail * bsize + written < needed ? needed : 0
}

interface Work {
  source: Database
  db: Database
  progress: SalvageProgress
  tables: string[]
  log: Log
}

/** `null`: small tables are damaged, and no backup has their rows. */
function save(source: Database, { file, target, backup, found, log }: Salvage): SalvageReport | null {
  const { db, progress } = openSalvage(target, file)
  try {
    const objects = schemaOf(source)
    const tables = objects.filter(({ type }) => type === 'table').map(({ name }) => name)
    const work: Work = { source, db, progress, tables, log }
    // With their indexes: filled with the rows they need no room of their own to be sorted in.
    progress.once('schema', () => create(db, objects, ['table', 'index']))
    for (const table of tables) if (!FILLED_ANEW.has(table)) copyTable(work, table)
    const fromBackup = fillFromBackup(work, backup)
    if (fromBackup === null) return null
    progress.once('sequences', () => copySequences(work))
    progress.once('keys', () => goOn(work))
    return finish(work, { objects, fromBackup, found })
  } finally {
    db.close()
  }
}

function schemaOf(source: Database): SchemaObject[] {
  return source
    .prepare(
      `SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*' AND ${NOT_DERIVED}`,
    )
    .all() as SchemaObject[]
}

function create(db: Database, objects: SchemaObject[], types: string[]): void {
  for (const type of types) for (const object of objects) if (object.type === type) db.exec(object.sql)
}

function copyTable({ source, db, progress, log }: Work, table: string): void {
  const reader = new ReadableRows(source, table)
  const insert = db.prepare(insertInto(table, reader.columns))
  for (let next = progress.next(table); next !== null; next = progress.next(table)) {
    const step = reader.step(next, ROWS)
    if (step.unreadable) log.warn({ table, ...step.unreadable }, 'rows of the damaged database cannot be read')
    db.transaction(() => {
      for (const [id, ...values] of step.rows)
        if (!put(insert, values)) progress.lose({ table, after: Number(id) - 1, before: Number(id) + 1 })
      if (step.unreadable) progress.lose({ table, ...step.unreadable })
      progress.advance(table, step.next)
    })()
  }
}

const insertInto = (table: string, columns: string[], or = '') =>
  `INSERT ${or} INTO "${table}" (${columns.map((name) => `"${name}"`).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`

/** Whether the table takes it. A row of a damaged page may be of no type, or stand for one that is there. */
function put(insert: Sqlite.Statement, values: unknown[]): boolean {
  try {
    insert.run(values)
    return true
  } catch (error) {
    if (/^SQLITE_(CONSTRAINT|MISMATCH)/.test(sqliteCode(error) ?? '')) return false
    throw error
  }
}

/** The tables of which a backup of the same schema has what was lost; `null`: small ones are damaged, and there is no such backup. */
function fillFromBackup({ source, db, progress, log }: Work, backup: string | null): string[] | null {
  const damaged = [...new Set(progress.lost().map(({ table }) => table))]
  if (damaged.length === 0) return []
  const isNeeded = damaged.some((table) => !GROWING_TABLES.has(table))
  if (backup === null) return isNeeded ? null : []
  const from = new Sqlite(backup, { readonly: true, fileMustExist: true })
  try {
    if (migrationsOf(from).join() !== migrationsOf(source).join()) return isNeeded ? null : []
    for (const table of damaged)
      progress.once(`backup ${table}`, () => {
        const rows = fillTable({ from, db }, table, progress.lost()) + fillOlderRollups({ backup, db }, table, progress)
        log.warn({ table, rows }, 'rows of a damaged table were taken from the newest backup')
      })
    return damaged.filter((table) => !GROWING_TABLES.has(table))
  } finally {
    from.close()
  }
}

/** Hourly rollups may lie in another copy: see `completedBy`. */
function fillOlderRollups(
  { backup, db }: { backup: string; db: Database },
  table: string,
  progress: SalvageProgress,
): number {
  if (table !== 'reading_rollups') return 0
  const whole = completedBy(backup, () => listBackups(dirname(backup)))
  if (whole === null || whole === backup) return 0
  const from = new Sqlite(whole, { readonly: true, fileMustExist: true })
  try {
    return fillTable({ from, db }, table, progress.lost())
  } finally {
    from.close()
  }
}

/** A row that is there stays as it is: the backup's is older. */
function fillTable({ from, db }: { from: Database; db: Database }, table: string, lost: LostRange[]): number {
  const ranges = lost.filter((range) => range.table === table)
  const left = table === 'hub_settings' ? JSON.stringify(NOT_FROM_A_BACKUP) : null
  const which = left === null ? '' : 'WHERE key NOT IN (SELECT value FROM json_each(?))'
  const select = from.prepare(`SELECT rowid, * FROM "${table}" ${which}`).raw()
  const insert = db.prepare(
    insertInto(
      table,
      select
        .columns()
        .map(({ name }) => name)
        .slice(1),
      'OR IGNORE',
    ),
  )
  const isKey = keyIsRowid(db, table)
  let rows = 0
  for (const [id, ...values] of select.iterate(...(left === null ? [] : [left])) as Iterable<[number, ...unknown[]]>) {
    // What was removed since the backup stays removed, where keys tell.
    if (isKey && !ranges.some(({ after, before }) => id > after && (before === null || id < before))) continue
    rows += insert.run(values).changes
  }
  return rows
}

function keyIsRowid(db: Database, table: string): boolean {
  const keys = db.prepare('SELECT type FROM pragma_table_info(?) WHERE pk > 0').pluck().all(table) as string[]
  return keys.length === 1 && keys[0]?.toUpperCase() === 'INTEGER'
}

/** Keys of append tables go on from where they were, also where the newest rows were lost. */
function copySequences({ source, db, progress }: Work): void {
  const reader = new ReadableRows(source, 'sqlite_sequence')
  const raise = db.prepare('UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?')
  const add = db.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)')
  for (let next: number | null = 0; next !== null; ) {
    const step = reader.step(next, ROWS)
    for (const [, name, seq] of step.rows) if (raise.run(seq, name).changes === 0) add.run(name, seq)
    if (step.unreadable) progress.lose({ table: 'sqlite_sequence', ...step.unreadable })
    next = step.next
  }
}

/** The index of readings begins again, their keys go on, and rollups go on where their rows end. */
function goOn({ db, tables, progress }: Work): void {
  if (!tables.includes('given_keys')) return
  passLostKeys(db, progress.lost())
  findRollupPositions(db, progress.lost())
  forgetIndexedUpto(db)
}

function finish(
  { db, progress, tables }: Work,
  { objects, fromBackup, found }: { objects: SchemaObject[]; fromBackup: string[]; found: string },
): SalvageReport {
  const lost = progress.lost()
  const orphans = progress.once('orphans', () => (lost.length > 0 ? removeOrphans(db, tables) : {}))
  progress.once('triggers', () => create(db, objects, ['view', 'trigger']))
  // Its indexes were filled by SQLite with its rows; whether they say the same takes fifty times as long to check.
  const damage = damageOf(db)
  if (damage !== null) throw new LaresError('corrupt_database', `what was saved is damaged: ${damage}`)
  const touched = [...lost.map(({ table }) => table), ...Object.keys(orphans)]
  const isSameHouse = touched.every((table) => REPLACEABLE.has(table))
  const report = {
    ...{ found, lost: lost.map((range) => withTimes(db, range)), fromBackup, orphans, isSameHouse },
    atCentral: mostAtCentral(db, lost),
  }
  db.transaction(() => {
    if (isSameHouse) stampAnew(db, systemRandom)
    else markAsCopy(db)
    progress.forget()
    storeReport(db, report)
  })()
  // In one piece: what is renamed has nothing beside it.
  db.pragma('journal_mode = DELETE')
  return report
}

const withTimes = (db: Database, { table, after, before }: LostRange): LostRows => ({
  ...{ table, after, before },
  from: timeOfRow(db, table, after),
  to: timeOfRow(db, table, before),
})
