import { createHash } from 'node:crypto'
import { asError, LaresError } from '../../../shared/errors.ts'
import { type Database, isDiskFault, sqliteCode } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import type { CentralRow, ScopeAnswer, SyncStep } from '../../engine/sync-step.ts'
import type { CentralTable } from '../../store/central-shape.ts'
import { endWebSessions } from '../logins/web-sessions.ts'
import { atCentralsWork, guardCentralRows } from './central-at-work.ts'
import { type Values, wholeValues } from './row-values.ts'
import { seededPlace } from './seeded-place.ts'
import { heldWords, holdersOf, stepAside } from './unique-keys.ts'
import { waitingEdits } from './waiting-edits.ts'
import { yieldPlace } from './yield-place.ts'

interface Known {
  table_name: string
  row_key: string
  row: string
  refused: string | null
}

/**
 * Rows that central manages, in this house's tables. Which tables they may be in, and how, follows from the tables'
 * declarations: a new one needs nothing here.
 */
export class ManagedRows {
  #db: Database
  #tables: Map<string, CentralTable>
  #every: Map<string, CentralTable>
  #order: string[]
  #defaults: Map<string, Values>

  constructor(db: Database, every: readonly CentralTable[]) {
    this.#db = db
    this.#every = new Map(every.map((table) => [table.name, table]))
    const tables = every.filter(({ kind }) => kind === 'down')
    this.#tables = new Map(tables.map((table) => [table.name, table]))
    this.#order = parentsFirst(tables)
    this.#defaults = new Map(tables.map((table) => [table.name, defaultsOf(db, table)]))
    guardCentralRows(db, this.#tables.keys())
  }

  /** Scopes that are no longer granted leave with their rows. */
  granted(context: Context, scopes: ReadonlySet<string>): void {
    const known = this.#db.prepare('SELECT scope FROM managed_scopes').pluck().all() as string[]
    for (const scope of known.filter((name) => !scopes.has(name))) {
      this.#atWork(() => this.#removeAll(context, scope, new Set()))
      this.#db.prepare('DELETE FROM managed_scopes WHERE scope = ?').run(scope)
      context.addEvent({ type: 'scope_left', data: { scope } })
    }
  }

  apply(context: Context, step: Extract<SyncStep, { step: 'scope' }>): ScopeAnswer {
    const { scope, rows, whole, seq, checksum } = step
    const answer = this.#atWork((): ScopeAnswer => {
      if (whole) this.#removeAll(context, scope, new Set(rows.map(({ table, key }) => `${table}\n${key}`)))
      for (const row of this.#sorted(rows)) this.#one(context, scope, row)
      if (checksum === null) return { ok: null, refused: [] }
      this.#untilNothingFits(context, scope)
      const ok = this.#sum(scope) === BigInt(checksum) && !this.#hasStrays(scope)
      return { ok, refused: this.#refused(scope) }
    })
    this.#db
      .prepare(
        'INSERT INTO managed_scopes (scope, seq, checked_at, updated_at) VALUES (?, ?, ?, ?) ' +
          'ON CONFLICT (scope) DO UPDATE SET seq = excluded.seq, checked_at = coalesce(excluded.checked_at, checked_at), updated_at = excluded.updated_at',
      )
      .run(scope, seq, checksum === null ? null : context.now, context.now)
    if (rows.length > 0 || whole) context.changed()
    return answer
  }

  /**
   * Has a row of central's that was refused take the place of this house's own rows that are in its way. Returns their keys.
   * Throws `bad_params` with what else is in its way.
   */
  takeOver(
    context: Context,
    { scope, table: name, key, row }: Omit<CentralRow, 'seq'> & { scope: string; row: string },
  ) {
    const table = this.#tables.get(name)
    return this.#atWork(() => {
      this.#db.exec('SAVEPOINT take_over')
      const place = table === undefined ? null : yieldPlace(this.#db, table, this.#values(table, row, context.now))
      this.#one(context, scope, { table: name, key, row, seq: 0 })
      const left = this.#refused(scope).find((refused) => refused.table === name && refused.key === key)
      if (left) {
        // A refused command is committed as far as it came: what gave way for nothing is this house's own again.
        this.#db.exec('ROLLBACK TO take_over; RELEASE take_over')
        throw new LaresError('bad_params', `${key} in ${name} is not taken: ${left.reason}`, {
          hint: 'Only central can change that: lares central conflicts says how.',
        })
      }
      place?.handOver()
      this.#db.exec('RELEASE take_over')
      return place?.keys ?? []
    })
  }

  /** Parents before their children, otherwise as central ordered them. */
  #sorted(rows: CentralRow[]): CentralRow[] {
    return [...rows].sort((a, b) => this.#order.indexOf(a.table) - this.#order.indexOf(b.table) || a.seq - b.seq)
  }

  #one(context: Context, scope: string, { table: name, key, row }: CentralRow): void {
    const table = this.#tables.get(name)
    if (row === null) {
      if (table) this.#remove(context, scope, { table, key })
      this.#forget(scope, name, key)
      return
    }
    const refused = table ? this.#put(context, scope, { table, key, row }) : `this hub has no table ${name}`
    const before = this.#db
      .prepare('SELECT refused FROM managed_rows WHERE scope = ? AND table_name = ? AND row_key = ?')
      .pluck()
      .get(scope, name, key)
    this.#db
      .prepare(
        'INSERT INTO managed_rows (scope, table_name, row_key, row, refused, updated_at) VALUES (?, ?, ?, ?, ?, ?) ' +
          'ON CONFLICT (scope, table_name, row_key) DO UPDATE SET row = excluded.row, refused = excluded.refused, updated_at = excluded.updated_at',
      )
      .run(scope, name, key, row, refused, context.now)
    if (refused !== null && before !== refused)
      context.addEvent({ type: 'central_row_refused', data: { scope, table: name, key, reason: refused } })
    if (refused === null && typeof before === 'string')
      context.addEvent({ type: 'central_row_taken', data: { scope, table: name, key } })
  }

  /** Why the row was not taken, or `null`. */
  #put(context: Context, scope: string, at: { table: CentralTable; key: string; row: string }): string | null {
    const { table, key } = at
    let values: Values
    try {
      values = this.#values(table, at.row, context.now)
    } catch (error) {
      return asError(error).message
    }
    if (values.get(table.key) !== key) return `the row's ${table.key} is not its key`
    const present = this.#row(table, key)
    if (present?.managed_by === 'central' && present.scope !== scope && this.#holds(present.scope, table.name, key))
      return `it is managed by the scope ${String(present.scope)}`
    this.#db.exec('SAVEPOINT place')
    const place = seededPlace(this.#db, table, values)
    if (place === null && present && present.managed_by !== 'central') {
      this.#db.exec('RELEASE place')
      return 'this house has a row of its own with this key'
    }
    values.set('managed_by', 'central')
    values.set('scope', scope)
    let refused = this.#write(table, values)
    // The unique key of another row may be in the way, whatever its own key.
    if (refused !== null && this.#freed(table, values)) refused = this.#write(table, values)
    if (refused === null) place?.handOver()
    // What gave way for nothing is as it was.
    this.#db.exec(refused === null || place === null ? 'RELEASE place' : 'ROLLBACK TO place; RELEASE place')
    if (refused?.startsWith('UNIQUE')) return this.#heldWords(table, values) ?? refused
    if (refused?.startsWith('FOREIGN KEY')) return this.#parentWords(table, values) ?? refused
    if (refused === null && table.name === 'users' && present) {
      const closed = values.get('is_active') === 0 && present.is_active !== 0
      if (closed) endWebSessions(context, key, { reason: 'the account was closed by central' })
      // Rights are those of the login: who has fewer now is to log in again.
      if (closed || values.get('role') !== present.role)
        context.effect({
          kind: 'disconnect_user',
          user: key,
          reason: `the account was ${closed ? 'closed' : 'changed'} by central`,
        })
    }
    return refused
  }

  /** Rows that no scope has any more are kept, closed; what they had for themselves is free. Returns whether something was. */
  #freed(table: CentralTable, values: Values): boolean {
    const left = holdersOf(this.#db, table, values).filter(
      ({ managedBy, scope, key }) => managedBy === 'central' && !this.#holds(scope, table.name, key),
    )
    return left.filter((holder) => this.#tried(() => stepAside(this.#db, table, holder)) === null).length > 0
  }

  #heldWords(table: CentralTable, values: Values): string | null {
    const [holder] = holdersOf(this.#db, table, values)
    return holder === undefined ? null : heldWords(holder)
  }

  #parentWords({ references }: CentralTable, values: Values): string | null {
    const absent = references.find(({ column, table: parent }) => {
      const key = values.get(column)
      return key !== null && key !== undefined && this.#lacks(parent, key)
    })
    return absent ? `it belongs to ${values.get(absent.column)} of ${absent.table}, which is not here` : null
  }

  #lacks(name: string, key: unknown): boolean {
    const table = this.#every.get(name)
    return table !== undefined && this.#row(table, String(key)) === undefined
  }

  #values(table: CentralTable, text: string, now: number | null): Values {
    return wholeValues(table, text, { defaults: this.#defaults.get(table.name), now })
  }

  #write(table: CentralTable, values: Values): string | null {
    const columns = [...values.keys()]
    const list = columns.map((column) => `"${column}"`).join(', ')
    const sets = columns
      .filter((column) => column !== table.key && column !== 'created_at')
      .map((column) => `"${column}" = excluded."${column}"`)
    const sql =
      `INSERT INTO "${table.name}" (${list}) VALUES (${columns.map(() => '?').join(', ')}) ` +
      `ON CONFLICT ("${table.key}") DO UPDATE SET ${sets.join(', ')}`
    return this.#tried(() => this.#db.prepare(sql).run(...values.values()))
  }

  /** Runs one write in a savepoint. A broken rule of the tables is a reason, anything else is thrown. */
  #tried(write: () => void): string | null {
    this.#db.exec('SAVEPOINT managed')
    try {
      write()
      this.#db.exec('RELEASE managed')
      return null
    } catch (error) {
      if (isDiskFault(error)) throw error
      this.#db.exec('ROLLBACK TO managed')
      this.#db.exec('RELEASE managed')
      if (!/^SQLITE_CONSTRAINT/.test(sqliteCode(error) ?? '')) throw error
      return asError(error).message
    }
  }

  #remove(context: Context, scope: string, { table, key }: { table: CentralTable; key: string }): void {
    const present = this.#row(table, key)
    if (present?.managed_by !== 'central' || present.scope !== scope) return
    const where = `WHERE "${table.key}" = ?`
    if (table.columns.some(({ name }) => name === 'is_active')) {
      this.#db.prepare(`UPDATE "${table.name}" SET is_active = 0 ${where}`).run(key)
      if (table.name === 'users') {
        endWebSessions(context, key, { reason: 'the account was closed by central' })
        context.effect({ kind: 'disconnect_user', user: key, reason: 'the account was closed by central' })
      }
      return
    }
    const kept = this.#tried(() => this.#db.prepare(`DELETE FROM "${table.name}" ${where}`).run(key))
    if (kept !== null) context.addEvent({ type: 'central_row_kept', data: { table: table.name, key, reason: kept } })
  }

  #removeAll(context: Context, scope: string, but: ReadonlySet<string>): void {
    for (const name of [...this.#order].reverse()) {
      const table = this.#tables.get(name)
      if (!table) continue
      const keys = this.#db.prepare(`SELECT "${table.key}" FROM "${name}" WHERE managed_by = 'central' AND scope = ?`)
      for (const key of keys.pluck().all(scope) as string[])
        if (!but.has(`${name}\n${key}`)) this.#remove(context, scope, { table, key })
    }
    for (const { table_name, row_key } of this.#known(scope))
      if (!but.has(`${table_name}\n${row_key}`)) this.#forget(scope, table_name, row_key)
  }

  /** One row that is taken makes room for the next, which may have been tried before it. */
  #untilNothingFits(context: Context, scope: string): void {
    for (let before = Number.POSITIVE_INFINITY; ; ) {
      this.#again(context, scope)
      this.#swap(context)
      const left = this.#refused(scope).length
      if (left === 0 || left >= before) return
      before = left
    }
  }

  /** What was refused may fit now: its parent came later, or the row in its way is gone. */
  #again(context: Context, scope: string): void {
    const refused = this.#known(scope).filter((known) => known.refused !== null)
    const rows = refused.map(({ table_name, row_key, row }) => ({ table: table_name, key: row_key, row, seq: 0 }))
    for (const row of this.#sorted(rows)) this.#one(context, scope, row)
  }

  /** Edits that wait for each other's unique keys, as when two people change addresses, are made all at once. */
  #swap(context: Context): void {
    const edits = waitingEdits(this.#db, this.#tables, (table, row) => this.#values(table, row, context.now))
    if (edits.length === 0) return
    const aside = () => {
      for (const { table, holders } of edits) for (const holder of holders) stepAside(this.#db, table, holder)
    }
    this.#db.exec('SAVEPOINT swap')
    aside()
    const fit = edits.every(({ table, values }) => this.#write(table, values) === null)
    this.#db.exec('ROLLBACK TO swap; RELEASE swap')
    if (!fit) return
    // As any other row, over the former one: what follows from the difference, such as the end of a login, has to follow.
    aside()
    for (const { scope, table, key, row } of edits) this.#one(context, scope, { table: table.name, key, row, seq: 0 })
  }

  /** The sum of central's hashes over what this house has: a row that differs in its table does not count. */
  #sum(scope: string): bigint {
    return this.#known(scope)
      .filter((known) => known.refused !== null || this.#isAsSent(known))
      .reduce((sum, { table_name, row_key, row }) => sum + rowHash(`${table_name}\n${row_key}\n${row}`), 0n)
  }

  #isAsSent({ table_name, row_key, row }: Known): boolean {
    const table = this.#tables.get(table_name)
    const present = table && this.#row(table, row_key)
    if (!table || present?.managed_by !== 'central') return false
    try {
      const values = this.#values(table, row, null)
      return [...values].every(([column, value]) => present[column] === value)
    } catch {
      return false // the text itself went wrong; central has it whole
    }
  }

  /** Whether a table has a row of the scope that did not come from central, or that should have left. */
  #hasStrays(scope: string): boolean {
    return [...this.#tables.values()].some(({ name, key, columns }) => {
      const active = columns.some((column) => column.name === 'is_active') ? ' AND is_active = 1' : ''
      return this.#db
        .prepare(
          `SELECT 1 FROM "${name}" WHERE managed_by = 'central' AND scope = ?${active} ` +
            `AND "${key}" NOT IN (SELECT row_key FROM managed_rows WHERE scope = ? AND table_name = ?) LIMIT 1`,
        )
        .get(scope, scope, name)
    })
  }

  /** Whether a scope still has the row. One that was only made inactive is free for the next. */
  #holds(scope: unknown, table: string, key: string): boolean {
    const held = this.#db.prepare('SELECT 1 FROM managed_rows WHERE scope = ? AND table_name = ? AND row_key = ?')
    return held.get(scope, table, key) !== undefined
  }

  #row(table: CentralTable, key: string): Record<string, unknown> | undefined {
    return this.#db.prepare(`SELECT * FROM "${table.name}" WHERE "${table.key}" = ?`).get(key) as
      | Record<string, unknown>
      | undefined
  }

  #known(scope: string): Known[] {
    return this.#db.prepare('SELECT * FROM managed_rows WHERE scope = ?').all(scope) as Known[]
  }

  #refused(scope: string): ScopeAnswer['refused'] {
    return this.#known(scope).flatMap(({ table_name: table, row_key: key, refused }) =>
      refused === null ? [] : [{ table, key, reason: refused }],
    )
  }

  #forget(scope: string, table: string, key: string): void {
    this.#db
      .prepare('DELETE FROM managed_rows WHERE scope = ? AND table_name = ? AND row_key = ?')
      .run(scope, table, key)
  }

  #atWork<T>(run: () => T): T {
    return atCentralsWork(this.#db, run)
  }
}

/** As `lares.row_hash` at central: 60 bits of md5. */
export function rowHash(text: string): bigint {
  return BigInt(`0x${createHash('md5').update(text).digest('hex').slice(0, 15)}`)
}

/** What a column has when a row does not say it, as SQLite keeps it. */
function defaultsOf(db: Database, { columns }: CentralTable): Values {
  return new Map(
    columns.map(({ name, default: sql }) => [
      name,
      sql === null ? null : (db.prepare(`SELECT ${sql}`).pluck().get() as string | number | null),
    ]),
  )
}

/** Names of the tables in an order in which no row needs a later one. */
function parentsFirst(tables: CentralTable[]): string[] {
  const order: string[] = []
  const visit = (table: CentralTable) => {
    if (order.includes(table.name)) return
    for (const reference of table.references) {
      const parent = tables.find(({ name }) => name === reference.table && name !== table.name)
      if (parent) visit(parent)
    }
    order.push(table.name)
  }
  for (const table of tables) visit(table)
  return order
}
