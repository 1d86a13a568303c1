import type { HeldRow, StreamPosition } from '../../../hub/engine/sync-step.ts'
import { rowHash } from '../../../hub/features/sync/managed-rows.ts'
import { isAppend, isVersioned } from '../../../hub/store/central-shape.ts'
import { centralTables } from '../../../hub/store/central-tables.ts'
import { prunedChain } from '../../../hub/sync/chain.ts'
import { type CentralView, type HubFacts, type HubView, reconcile } from '../../../hub/sync/reconcile.ts'
import { splitStream } from '../../../hub/sync/stream-position.ts'
import type { HandshakeOutcome, Pulled } from '../../../hub/sync/sync-state.ts'
import type { Lease } from '../../../hub/sync/upload.ts'
import type { UploadBatch } from '../../../hub/sync/upload-source.ts'

interface Stored {
  line: string
  epoch: number
  seq: number
  deleted: boolean
}

interface Cursor extends StreamPosition {
  rows: number
  merged: number
  duplicates: number
  quarantined: number
}

/** A row that central manages, as its jsonb; `null` when it was taken out. */
export interface Managed {
  table: string
  key: string
  seq: number
  row: string | null
}

/** What one site has at central; a plain object, so that it can be copied and put back. */
export interface CentralMemory {
  lease: string | null
  leases: number
  epoch: number
  cursors: Map<string, Cursor>
  tables: Map<string, Map<string, Stored>>
  held: Map<string, HeldRow>
  /** Rows that central manages for this site, in one scope. */
  scope: { counter: number; rows: Map<string, Managed> }
}

export class Refusal extends Error {
  readonly leaseLost: boolean

  constructor(message: string, leaseLost: boolean) {
    super(message)
    this.leaseLost = leaseLost
  }
}

const APPEND = new Set(
  centralTables()
    .filter(isAppend)
    .map(({ name }) => name),
)

/** A row with this in it is refused, as Postgres refuses a text with NUL. */
export const POISON = 'POISON'

/**
 * Central as one transaction after another, in memory: cursors by compare-and-set, merge by key and version. What real
 * Postgres does with the same batches is tested against real servers; this one is for thousands of runs.
 */
export class SimulatedCentral {
  memory: CentralMemory = {
    lease: null,
    leases: 0,
    epoch: 0,
    cursors: new Map(),
    tables: new Map(),
    held: new Map(),
    scope: { counter: 0, rows: new Map() },
  }
  /** Rows of append-only tables that were replaced by another content: must stay empty. */
  readonly overwritten: string[] = []
  /** Safeguards that a test may switch off, to see that it notices. */
  compareAndSet = true
  cursorInTransaction = true
  leaseChecked = true

  handshake(hub: HubView, proposed: string, facts: HubFacts): HandshakeOutcome {
    const { memory } = this
    const view: CentralView = {
      site: 'site',
      name: 'home',
      lease: memory.lease,
      leases: memory.leases,
      epoch: memory.epoch,
      cursors: [...memory.cursors.values()].map(({ stream, table, epoch, first, upto, position, chain, history }) => ({
        stream,
        table,
        epoch,
        first,
        upto,
        position,
        chain,
        history,
      })),
    }
    const verdict = reconcile(hub, view, facts)
    if (verdict.kind !== 'go') return verdict
    memory.lease = proposed
    memory.leases = verdict.leases
    memory.epoch = Math.max(memory.epoch, verdict.epoch)
    for (const stream of verdict.streams) this.#open(stream)
    const { kind: _, ...rest } = verdict
    return { kind: 'go', facts: { ...rest, site: 'site', name: 'home', held: [...memory.held.values()], erased: [] } }
  }

  /** `half`: only one of rows and cursor was written, as can happen where they do not belong to one transaction. */
  upload(lease: Lease, batch: UploadBatch, half?: 'rows' | 'cursor'): { merged: number; held: HeldRow[] } {
    this.checkLease(lease)
    const cursor = this.#cursor(batch.from)
    const held: HeldRow[] = []
    let merged = 0
    if (half !== 'rows') this.#move(cursor, batch.to)
    if (half === 'cursor') throw new Refusal('the line broke between cursor and rows', false)
    for (const stage of batch.stages) {
      const { table } = stage.encoder
      const rows = this.#table(table.name)
      for (const [index, line] of stage.lines.entries()) {
        const key = stage.keys[index] ?? ''
        const epoch = stage.epochs?.[index] ?? batch.from.epoch
        if (line.includes(POISON)) {
          const row = { table: table.name, key, epoch, stream: batch.from.stream, code: '22021', reason: 'poison' }
          held.push(row)
          this.memory.held.set(`${table.name}/${epoch}/${key}`, row)
          continue
        }
        const name = isAppend(table) ? `${epoch}/${key}` : key
        const seq =
          stage.through === 'log'
            ? Number(
                line
                  .trimEnd()
                  .split('\t')
                  .at(isAppend(table) ? -1 : -2),
              )
            : 0
        const gone = stage.through === 'log' && !isAppend(table) && line.endsWith('\tt\n')
        const fresh: Stored = {
          line: bare(line, stage.through === 'cursor' ? 0 : isAppend(table) && !isVersioned(table) ? 1 : 2),
          epoch: batch.from.epoch,
          seq,
          deleted: gone,
        }
        const known = rows.get(name)
        if (!isVersioned(table)) {
          if (known && known.line !== fresh.line) this.overwritten.push(`${table.name} ${name}`)
          if (!known) {
            rows.set(name, fresh)
            merged += 1
          }
        } else if (!known || known.epoch < fresh.epoch || (known.epoch === fresh.epoch && known.seq < fresh.seq)) {
          rows.set(name, fresh)
          merged += 1
        }
        if (stage.through === 'log') this.memory.held.delete(`${table.name}/${epoch}/${key}`)
      }
    }
    if (half === 'rows') throw new Refusal('the line broke between rows and cursor', false)
    cursor.rows += batch.rows
    cursor.merged += merged
    cursor.quarantined += held.length
    cursor.duplicates += batch.rows - merged - held.length
    return { merged, held }
  }

  split(lease: Lease, stream: StreamPosition, upto: number): { live: StreamPosition; part: StreamPosition } {
    this.checkLease(lease)
    const { live, part } = splitStream(stream, upto)
    const cursor = this.#cursor(stream)
    this.#move(cursor, live)
    this.#open(part)
    return { live, part }
  }

  prune(
    lease: Lease,
    { stream, from, pending }: { stream: StreamPosition; from: number; pending: Map<string, string[]> },
  ): StreamPosition {
    this.checkLease(lease)
    const { epoch } = stream
    const after = { ...stream, chain: prunedChain(stream.chain, from) }
    this.#move(this.#cursor(stream), after)
    for (const [table, rows] of this.memory.tables) {
      if (APPEND.has(table)) continue
      const waits = new Set(pending.get(table))
      for (const [key, row] of rows) {
        const older = row.epoch < epoch || (row.epoch === epoch && row.seq < from)
        if (!row.deleted && older && !waits.has(key)) rows.set(key, { ...row, deleted: true, epoch, seq: from })
      }
    }
    return after
  }

  /** Somebody changes a row centrally, or takes it away. */
  manage(table: string, key: string, columns: Record<string, unknown> | null): void {
    const { scope } = this.memory
    scope.counter += 1
    const row = columns === null ? null : JSON.stringify({ id: key, ...columns })
    scope.rows.set(`${table}/${key}`, { table, key, seq: scope.counter, row })
  }

  /** As `lares central put` does: an address that another of central's people has is refused, whatever the house has. */
  person(key: string, email: string): void {
    const others = [...this.memory.scope.rows.values()].filter((other) => other.table === 'users' && other.key !== key)
    if (!others.some(({ row }) => row !== null && JSON.parse(row).email === email)) this.manage('users', key, { email })
  }

  /** Two people change addresses, by way of a third one that nobody else ever sees. */
  exchange(one: string, other: string): void {
    const emailOf = (key: string) => {
      const row = this.memory.scope.rows.get(`users/${key}`)?.row
      return row ? (JSON.parse(row) as { email: string }).email : null
    }
    const [first, second] = [emailOf(one), emailOf(other)]
    if (first === null || second === null || one === other) return
    this.manage('users', one, { email: second })
    this.manage('users', other, { email: first })
  }

  pull(after: number, most: number): Pulled {
    const { counter, rows } = this.memory.scope
    const later = [...rows.values()].filter(({ seq }) => seq > after).sort((a, b) => a.seq - b.seq)
    const last = later[most - 1]
    if (later.length > most && last) return { rows: later.slice(0, most), seq: last.seq, checksum: null }
    return { rows: later, seq: counter, checksum: this.checksum() }
  }

  checksum(): string {
    let sum = 0n
    for (const { table, key, row } of this.memory.scope.rows.values())
      if (row !== null) sum += rowHash(`${table}\n${key}\n${row}`)
    return String(sum)
  }

  /** Throws unless this hub holds the lease. */
  checkLease({ token, leases }: Lease): void {
    if (!this.leaseChecked) return
    if (this.memory.lease === token && this.memory.leases === leases) return
    if (this.memory.leases < leases) throw new Refusal('central was put back', false)
    throw new Refusal('another hub took over this site', true)
  }

  #cursor({ epoch, stream, position, chain }: StreamPosition): Cursor {
    const cursor = this.memory.cursors.get(`${epoch}/${stream}`)
    if (!cursor) throw new Refusal('no cursor', false)
    if (this.compareAndSet && (cursor.position !== position || cursor.chain !== chain))
      throw new Refusal(`the cursor of ${stream} is at ${cursor.position}, not ${position}`, false)
    return cursor
  }

  #move(cursor: Cursor, { position, chain, history }: StreamPosition): void {
    Object.assign(cursor, { position, chain, history })
  }

  #open(stream: StreamPosition): void {
    const key = `${stream.epoch}/${stream.stream}`
    if (this.memory.cursors.has(key)) return
    this.memory.cursors.set(key, { ...stream, rows: 0, merged: 0, duplicates: 0, quarantined: 0 })
  }

  #table(name: string): Map<string, Stored> {
    let table = this.memory.tables.get(name)
    if (!table) {
      table = new Map()
      this.memory.tables.set(name, table)
    }
    return table
  }
}

/** A line without what the change log adds to it. */
function bare(line: string, added: number): string {
  const columns = line.slice(0, -1).split('\t')
  return columns.slice(0, columns.length - added).join('\t')
}
