import type { Database } from '../../../shared/sqlite/open.ts'
import { clientSessionKey } from '../../engine/client-session-key.ts'
import { noteErasedKeys } from '../../store/erased-keys.ts'
import { ERASED, type ErasedKind, type ErasedTable, type NamingColumn } from '../../store/erasure-plan.ts'
import { readIndexedUpto } from '../../store/indexed-readings.ts'
import { brokerOwner } from './broker-owner.ts'

/** Rows of the events are looked at one by one: they may name somebody in their texts, and the audit stays. */
const BY_EVENT = 'events'

export interface Removed {
  rows: number
  /** Files of clips that went with their rows. */
  files: string[]
  /** Nothing is left. */
  done: boolean
}

/**
 * Removes what belongs to somebody, in steps: children before what they stand on, by the declarations of the tables. It keeps
 * nothing in memory between two steps, so a step that did not happen is simply the next one.
 *
 * No row leaves a trace in the change log: central is told of the whole at once.
 */
export class Removal {
  #db: Database
  #columns: readonly NamingColumn[]

  constructor(db: Database, columns: readonly NamingColumn[]) {
    this.#db = db
    this.#columns = columns.filter((column) => column.in.name !== BY_EVENT)
  }

  /** At most `most` rows. */
  step({ what, key }: { what: ErasedKind; key: string }, most: number): Removed {
    const removed = { rows: 0, files: [] }
    const run = new Run({
      db: this.#db,
      columns: this.#columns,
      key,
      client: clientSessionKey(brokerOwner({ what, key }), ''),
      most,
      removed,
    })
    run.memoryOfClients()
    run.withChildren({ name: ERASED[what], key: 'id', kind: what === 'user' ? 'down' : 'mutable' }, 'SELECT @key')
    return { ...removed, done: run.left > 0 }
  }
}

interface RunParts {
  db: Database
  columns: readonly NamingColumn[]
  key: string
  /** What the keys of its sessions at the broker begin with. */
  client: string
  most: number
  removed: Omit<Removed, 'done'>
}

/** One step. */
class Run {
  #parts: RunParts
  /** Entries that were found and removed, whose row was gone. */
  #withoutRow = 0

  constructor(parts: RunParts) {
    this.#parts = parts
  }

  /** How many may still go in this step. */
  get left(): number {
    return this.#parts.most - this.#parts.removed.rows - this.#withoutRow
  }

  /** Removes the rows of a table whose keys a query gives, after everything that is owned by them. */
  withChildren(table: ErasedTable, keys: string): void {
    for (const column of this.#parts.columns) {
      if (this.left <= 0) return
      if (column.table !== table.name || column.as !== undefined) continue
      const which = `"${column.column}" IN (${keys})`
      if (!column.owned) this.#clear(column, which)
      else if (column.through) this.#indexed(column, { through: column.through, which })
      else if (this.#any(column.in.name, which))
        this.withChildren(column.in, `SELECT "${column.in.key}" FROM "${column.in.name}" WHERE ${which}`)
    }
    if (this.left > 0) this.#remove(table, `"${table.key}" IN (${keys})`)
  }

  /** What the broker keeps for its clients and on its topics. */
  memoryOfClients(): void {
    for (const { in: table, column, as } of this.#parts.columns) {
      if (as === 'client') this.#remove(table, `substr("${column}", 1, length(@client)) = @client`)
      if (as === 'topic') this.#remove(table, `instr('/' || "${column}" || '/', '/' || @key || '/') > 0`)
    }
  }

  /** Rows that are found through a table of their own, and with them what it has of them; then those that it has not yet. */
  #indexed({ in: table }: NamingColumn, { through, which }: { through: string; which: string }): void {
    const { db, key, removed } = this.#parts
    const ids = db
      .prepare(`DELETE FROM "${through}" WHERE ${which} RETURNING id LIMIT @most`)
      .pluck()
      .all({ key, most: this.left }) as number[]
    const before = removed.rows
    if (ids.length > 0) this.#remove(table, `id IN (${ids.join(', ')})`)
    this.#withoutRow += ids.length - (removed.rows - before)
    if (this.left > 0) this.#remove(table, `id > ${readIndexedUpto(db)} AND ${which}`)
  }

  #any(table: string, which: string): boolean {
    const { db, key } = this.#parts
    return db.prepare(`SELECT 1 FROM "${table}" WHERE ${which} LIMIT 1`).get({ key }) !== undefined
  }

  #clear({ in: table, column }: NamingColumn, which: string): void {
    const { db, key, removed } = this.#parts
    const { changes } = db
      .prepare(
        `UPDATE "${table.name}" SET "${column}" = NULL WHERE rowid IN (SELECT rowid FROM "${table.name}" WHERE ${which} LIMIT @most)`,
      )
      .run({ key, most: this.left })
    removed.rows += changes
  }

  #remove(table: ErasedTable, which: string): void {
    const { db, key, client, removed } = this.#parts
    const file = table.name === 'audio_clips' ? ', file' : ''
    const gone = db
      .prepare(
        `DELETE FROM "${table.name}" WHERE rowid IN (SELECT rowid FROM "${table.name}" WHERE ${which} LIMIT @most) RETURNING "${table.key}"${file}`,
      )
      .raw()
      .all({ key, client, most: Math.max(0, this.left) }) as [string | number, string | undefined][]
    if (gone.length === 0) return
    removed.rows += gone.length
    for (const [, name] of gone) if (name !== undefined) removed.files.push(name)
    if (table.kind !== 'local')
      this.#forget(
        table,
        gone.map(([id]) => id),
      )
  }

  /** What the upload knew of the rows. */
  #forget({ name, kind }: ErasedTable, keys: (string | number)[]): void {
    const { db } = this.#parts
    const list = JSON.stringify(keys.map(String))
    for (const log of ['sync_changes', 'sync_quarantine'])
      db.prepare(`DELETE FROM ${log} WHERE table_name = ? AND row_key IN (SELECT value FROM json_each(?))`).run(
        name,
        list,
      )
    if (kind !== 'append') return
    noteErasedKeys(db, name, keys.map(Number))
  }
}
