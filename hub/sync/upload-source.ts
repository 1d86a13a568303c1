import type { Database } from '../../shared/sqlite/open.ts'
import { readErasures } from '../engine/erasure.ts'
import { nextToFetch } from '../engine/lost-rows.ts'
import type { HeldRow, StreamPosition } from '../engine/sync-step.ts'
import { newestKey } from '../store/append-keys.ts'
import { type CentralTable, isAppend } from '../store/central-shape.ts'
import { mayBeErased } from '../store/erased-keys.ts'
import { foldNumber, foldText, readChain, writeChain } from './chain.ts'
import { type RowDecoder, rowDecoder } from './decode.ts'
import { type RowEncoder, rowEncoder } from './encode.ts'
import { changesBehind, rowsBehind } from './rows-behind.ts'
import { hasEnded } from './stream-position.ts'
import type { SyncEvent } from './sync-state.ts'
import type { CentralLayout } from './table-fit.ts'

/** Rows of one table, ready for COPY. */
export interface Stage {
  encoder: RowEncoder
  through: 'cursor' | 'log'
  lines: string[]
  /** The hub's key of each line, for what is refused. */
  keys: string[]
  /** Epoch of each line's key, where it is not the stream's. */
  epochs: number[] | null
}

/** What goes to central in one transaction. */
export interface UploadBatch {
  /** The stream before it. */
  from: StreamPosition
  /** The stream after it. */
  to: StreamPosition
  stages: Stage[]
  rows: number
  bytes: number
  settled: { table: string; key: string }[]
  unknown: string[]
  more: boolean
}

type LogEntry = [seq: number, table: string, key: string]

/** Reads from the hub's database what is to be sent. Read-only; each answer is one snapshot. */
export class UploadSource {
  #db: Database
  #tables: Map<string, CentralTable>
  #layout: CentralLayout = new Map()
  #streams: () => StreamPosition[]
  #encoders = new Map<string, RowEncoder>()
  #decoders = new Map<string, RowDecoder>()
  #epochs = new Map<string, number>()
  #epochsOf: StreamPosition[] | null = null
  #lastChanges: { from: StreamPosition; to: StreamPosition } | null = null

  /** `streams` are all there are, of every epoch: they say which keys belong to which epoch. */
  constructor(db: Database, tables: readonly CentralTable[], streams: () => StreamPosition[]) {
    this.#db = db
    this.#tables = new Map(tables.map((table) => [table.name, table]))
    this.#streams = streams
  }

  /** Tables that leave the house and that central has. */
  get tables(): CentralTable[] {
    return [...this.#tables.values()].filter(({ name }) => this.#layout.has(name))
  }

  /** Append-only ones of them, by name. */
  get appendTables(): string[] {
    return [...this.#tables.values()]
      .filter((table) => isAppend(table) && this.#layout.has(table.name))
      .map(({ name }) => name)
  }

  /** Central's columns: what was derived from the former ones is made anew. */
  use(layout: CentralLayout): void {
    this.#layout = layout
    this.#encoders.clear()
    this.#decoders.clear()
  }

  look(): Extract<SyncEvent, { kind: 'seen' }> {
    return this.#snapshot(() => {
      const waiting = this.#streams()
        .filter((stream) => stream.table !== 'sync_changes' && !hasEnded(stream) && this.#layout.has(stream.table))
        .map((stream) => rowsBehind(this.#db, this.#table(stream.table), stream))
      const log = this.#streams().find((stream) => stream.table === 'sync_changes' && stream.upto === null)
      const changes = changesBehind(this.#db, this.#tables, log?.position ?? 0)
      return { kind: 'seen', waiting, changes, erasures: readErasures(this.#db), lost: nextToFetch(this.#db) }
    })
  }

  /** The next rows of a stream, at most `most`. `null` when there is nothing to send. */
  read(stream: StreamPosition, most: number): UploadBatch | null {
    return this.#snapshot(() =>
      stream.table === 'sync_changes' ? this.#changes(stream, most) : this.#append(stream, most),
    )
  }

  /** The chain after the rows in (position, upto]; `null` when this hub has no row at `upto`. */
  rehash(stream: StreamPosition, upto: number): string | null {
    if (upto === stream.position) return stream.chain
    if (stream.table === 'sync_changes') {
      // A row that changed after its entry was sent has left that for a new one; the reply to it may still have been lost.
      const { from, to } = this.#lastChanges ?? {}
      if (to?.position === upto && from?.position === stream.position && from.chain === stream.chain) return to.chain
      return chainOf(stream.chain, this.#log(stream.position, upto, -1))
    }
    const table = this.#tables.get(stream.table)
    if (!table || upto < stream.position) return null
    const encoder = this.#encoder(stream.table, 'cursor')
    const columns = encoder.select.map((column) => `"${column}"`).join(', ')
    const keyAt = encoder.select.indexOf(table.key)
    const chain = readChain(stream.chain)
    let last = stream.position
    const rows = this.#db
      .prepare(
        `SELECT ${columns} FROM "${table.name}" WHERE "${table.key}" > ? AND "${table.key}" <= ? ORDER BY "${table.key}"`,
      )
      .raw()
      .iterate(stream.position, upto) as IterableIterator<unknown[]>
    for (const row of rows) {
      last = row[keyAt] as number
      encoder.fold(chain, row)
    }
    // A part's end may lie behind its last row, when that was purged.
    return last === upto || stream.upto === upto ? writeChain(chain) : null
  }

  erased(name: string, after: number, upto: number): boolean {
    return mayBeErased(this.#db, name, { after, upto })
  }

  /** Lowest key that this hub still has of a table; 0 when it has none. */
  oldest(name: string): number {
    const table = this.#table(name)
    return Number(this.#db.prepare(`SELECT coalesce(min("${table.key}"), 0) FROM "${name}"`).pluck().get())
  }

  /** Highest key that this hub ever gave out in a table, whether or not the row is still there. */
  newest(name: string): number {
    return newestKey(this.#db, name)
  }

  /** Keys of the change log that wait, by table: a prune must not touch their rows. */
  pendingKeys(most: number): Map<string, string[]> | null {
    const rows = this.#db
      .prepare('SELECT table_name, row_key FROM sync_changes LIMIT ?')
      .raw()
      .all(most + 1) as [string, string][]
    if (rows.length > most) return null
    const pending = new Map<string, string[]>()
    for (const [table, key] of rows) {
      const keys = pending.get(table) ?? []
      keys.push(key)
      pending.set(table, keys)
    }
    return pending
  }

  /** How rows of a table that central has become the house's, and what its key is called. */
  decoder(name: string): { decoder: RowDecoder; key: string } {
    const table = this.#table(name)
    const epochOf = (target: string, key: number) => this.#epochOf(target, key)
    const decoder = this.#decoders.get(name) ?? rowDecoder(table, { layout: this.#layout, epochOf })
    this.#decoders.set(name, decoder)
    return { decoder, key: table.key }
  }

  /** What stands in the books: rows that central refused, and bytes that it took. */
  tally(): { quarantined: number; bytes: number } {
    const one = (sql: string) => Number(this.#db.prepare(sql).pluck().get())
    return {
      quarantined: one("SELECT count(*) FROM sync_quarantine WHERE state <> 'discarded'"),
      bytes: one('SELECT coalesce(sum(bytes), 0) FROM sync_streams'),
    }
  }

  /** Rows that are held back here and that a person decided to give up. */
  discarded(): HeldRow[] {
    const columns = 'table_name AS "table", row_key AS key, epoch, stream, code, reason'
    return this.#db.prepare(`SELECT ${columns} FROM sync_quarantine WHERE state = 'discarded'`).all() as HeldRow[]
  }

  #snapshot<T>(read: () => T): T {
    this.#db.exec('BEGIN')
    try {
      return read()
    } finally {
      this.#db.exec('COMMIT')
    }
  }

  #append(from: StreamPosition, most: number): UploadBatch | null {
    const encoder = this.#encoder(from.table, 'cursor')
    const { table, select } = encoder
    if (table.references.some((reference) => reference.epochColumn !== null && this.#hasUnsent(reference.table)))
      return null
    const columns = select.map((column) => `"${column}"`).join(', ')
    const upto = from.upto ?? Number.MAX_SAFE_INTEGER
    const rows = this.#db
      .prepare(
        `SELECT ${columns} FROM "${table.name}" WHERE "${table.key}" > ? AND "${table.key}" <= ? ORDER BY "${table.key}" LIMIT ?`,
      )
      .raw()
      .all(from.position, upto, most) as unknown[][]
    const keyAt = select.indexOf(table.key)
    const chain = readChain(from.chain)
    const own = { epoch: from.epoch, seq: 0 }
    const lines: string[] = []
    const keys: string[] = []
    let bytes = 0
    for (const row of rows) {
      const line = encoder.line(row, own)
      encoder.fold(chain, row)
      lines.push(line)
      keys.push(String(row[keyAt]))
      bytes += line.length
    }
    const more = rows.length === most
    const lastKey = (rows.at(-1)?.[keyAt] as number | undefined) ?? from.position
    const position = more || from.upto === null ? lastKey : from.upto
    if (position === from.position) return null
    const to = { ...from, position, chain: writeChain(chain) }
    const stages: Stage[] = lines.length === 0 ? [] : [{ encoder, through: 'cursor', lines, keys, epochs: null }]
    return { from, to, stages, rows: lines.length, bytes, settled: [], unknown: [], more: more && !hasEnded(to) }
  }

  /**
   * Whether rows of a table wait that others refer to by key and epoch. They go first: the epoch of a row that central
   * does not have yet may still change, and what refers to it would then point nowhere.
   */
  #hasUnsent(name: string): boolean {
    if (!this.#layout.has(name)) return false
    const table = this.#table(name)
    const newest = Number(this.#db.prepare(`SELECT coalesce(max("${table.key}"), 0) FROM "${name}"`).pluck().get())
    return this.#streams().some(
      (stream) => stream.table === name && (stream.upto === null ? stream.position < newest : !hasEnded(stream)),
    )
  }

  #changes(from: StreamPosition, most: number): UploadBatch | null {
    const log = this.#log(from.position, Number.MAX_SAFE_INTEGER, most)
    const last = log.at(-1)
    if (!last) return null
    const byTable = new Map<string, Map<string, number>>()
    for (const [seq, table, key] of log) {
      const entries = byTable.get(table) ?? new Map<string, number>()
      entries.set(key, seq)
      byTable.set(table, entries)
    }
    const unknown = [...byTable.keys()].filter((table) => !this.#layout.has(table) || !this.#tables.has(table))
    const stages = [...byTable]
      .filter(([table]) => !unknown.includes(table))
      .map(([table, entries]) => this.#logged(table, entries))
      .filter(({ lines }) => lines.length > 0)
    const count = (of: (stage: Stage) => number) => stages.reduce((sum, stage) => sum + of(stage), 0)
    const to = { ...from, position: last[0], chain: chainOf(from.chain, log) }
    this.#lastChanges = { from, to }
    return {
      from,
      to,
      stages,
      rows: count(({ lines }) => lines.length),
      bytes: count(({ lines }) => lines.reduce((sum, line) => sum + line.length, 0)),
      settled: stages.flatMap(({ encoder, keys }) => keys.map((key) => ({ table: encoder.table.name, key }))),
      unknown,
      more: log.length === most,
    }
  }

  /** Entries of the change log in (after, upto]; `most` -1 means all. */
  #log(after: number, upto: number, most: number): LogEntry[] {
    return this.#db
      .prepare('SELECT seq, table_name, row_key FROM sync_changes WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?')
      .raw()
      .all(after, upto, most) as LogEntry[]
  }

  /** Rows of the change log as they are now; those that are gone leave a mark. */
  #logged(name: string, entries: Map<string, number>): Stage {
    const encoder = this.#encoder(name, 'log')
    const { table, select } = encoder
    const append = isAppend(table)
    const columns = select.map((column) => `"${column}"`).join(', ')
    const mine = table.kind === 'down' ? ` AND managed_by = 'site'` : ''
    const keys = [...entries.keys()].map((key) => (append ? Number(key) : key))
    const rows = this.#db
      .prepare(`SELECT ${columns} FROM "${table.name}" WHERE "${table.key}" IN (SELECT value FROM json_each(?))${mine}`)
      .raw()
      .all(JSON.stringify(keys)) as unknown[][]
    const keyAt = select.indexOf(table.key)
    const stage: Stage & { epochs: number[] } = { encoder, through: 'log', lines: [], keys: [], epochs: [] }
    const left = new Map(entries)
    for (const row of rows) {
      const key = String(row[keyAt])
      const epoch = append ? this.#epochOf(name, Number(key)) : 0
      stage.lines.push(encoder.line(row, { epoch, seq: left.get(key) ?? 0 }))
      stage.keys.push(key)
      stage.epochs.push(epoch)
      left.delete(key)
    }
    // A purge of append-only rows is no deletion: central keeps its copy.
    if (append) return stage
    for (const [key, seq] of left) {
      stage.lines.push(encoder.gone(key, { epoch: 0, seq }))
      stage.keys.push(key)
      stage.epochs.push(0)
    }
    return stage
  }

  #encoder(name: string, through: 'cursor' | 'log'): RowEncoder {
    const cached = this.#encoders.get(`${through} ${name}`)
    if (cached) return cached
    const epochOf = (table: string, key: number) => this.#epochOf(table, key)
    const encoder = rowEncoder(this.#table(name), { layout: this.#layout, through, epochOf })
    this.#encoders.set(`${through} ${name}`, encoder)
    return encoder
  }

  /** The epoch under which a key of an append-only table stands at central. */
  #epochOf(table: string, key: number): number {
    const streams = this.#streams()
    // A handshake brings new ones, and with them other epochs.
    if (streams !== this.#epochsOf) this.#epochs.clear()
    this.#epochsOf = streams
    const cached = this.#epochs.get(`${table} ${key}`)
    if (cached !== undefined) return cached
    const epochs = streams
      .filter((stream) => stream.table === table && stream.first < key && (stream.upto === null || key <= stream.upto))
      .map(({ epoch }) => epoch)
    const epoch = Math.max(0, ...epochs)
    if (this.#epochs.size > 50_000) this.#epochs.clear()
    this.#epochs.set(`${table} ${key}`, epoch)
    return epoch
  }

  #table(name: string): CentralTable {
    const table = this.#tables.get(name)
    if (!table) throw new Error(`${name} is no table that leaves the house`)
    return table
  }
}

function chainOf(before: string, log: LogEntry[]): string {
  const chain = readChain(before)
  for (const [seq, table, key] of log) {
    foldNumber(chain, seq)
    foldText(chain, `${table} ${key}`)
  }
  return writeChain(chain)
}
