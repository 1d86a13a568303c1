import Sqlite from 'better-sqlite3'
import type { Context } from '../../../hub/engine/context.ts'
import { readSyncMemory, writeSyncIdentity } from '../../../hub/engine/sync-memory.ts'
import type { SyncStep } from '../../../hub/engine/sync-step.ts'
import { openBook, type SyncBook } from '../../../hub/features/sync/book.ts'
import { unsentRows } from '../../../hub/features/sync/unsent-rows.ts'
import { managedNames } from '../../../hub/store/central-shape.ts'
import { centralTables } from '../../../hub/store/central-tables.ts'
import { SyncCore } from '../../../hub/sync/core.ts'
import type { CentralLayout } from '../../../hub/sync/table-fit.ts'
import { UploadSource } from '../../../hub/sync/upload-source.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { openTestHouse } from '../engine/engine-in-memory.ts'
import { NEXT_READING } from '../store/next-reading.ts'
import { preparingOnce } from './prepared-once.ts'
import { POISON } from './simulated-central.ts'

export const TABLES = centralTables()
/** Small, so that houses with a few dozen rows put some of them off. */
const SPLIT_ROWS = 6
/** Central has every column, but for one that only this hub knows. */
export const LAYOUT: CentralLayout = new Map(
  TABLES.map((table) => [
    table.name,
    new Set([
      ...table.columns.map(({ name }) => name).filter((name) => name !== 'schedule'),
      ...table.references.flatMap(({ epochColumn }) => (epochColumn === null ? [] : [epochColumn])),
    ]),
  ]),
)

/** Of a few addresses, so that house and central often want the same. */
export function anAddress(random: () => number): string {
  return `e${Math.floor(random() * 5)}@example.org`
}

let fresh: Buffer | null = null

/** A house with one device and one series, made once and copied for each run. */
export function freshHouse(): Buffer {
  if (fresh) return fresh
  const house = openTestHouse()
  house.device('pi-a1b2c3')
  house.db
    .prepare(
      "INSERT INTO reading_series (device_id, sensor, sensor_type, created_at) VALUES ('pi-a1b2c3', 's0', 'number', 1)",
    )
    .run()
  fresh = house.db.serialize()
  house.db.close()
  return fresh
}

/** A hub's database and the sync machine over it. The database survives a crash, the machine does not. */
export class SimulatedHub {
  db: Database
  book: SyncBook
  core: SyncCore
  source: UploadSource
  now = 1_000
  readonly events: string[] = []
  /** Values of the readings that were purged here, after central had acknowledged them. */
  readonly purged: number[] = []
  #random: () => number
  #mint: () => string

  constructor(image: Buffer, random: () => number, mint: () => string) {
    this.#random = random
    this.#mint = mint
    this.db = this.#open(image)
    this.book = openBook(this.db)
    this.core = this.#machine()
    this.source = this.#reader()
  }

  #open(image: Buffer): Database {
    const db = new Sqlite(Buffer.from(image))
    db.pragma('foreign_keys = ON')
    return preparingOnce(db)
  }

  #machine(): SyncCore {
    return new SyncCore({
      ...readSyncMemory(this.db),
      mint: this.#mint,
      backoff: () => 500,
      splitRows: SPLIT_ROWS,
      managed: managedNames(TABLES),
    })
  }

  #reader(): UploadSource {
    const source = new UploadSource(this.db, TABLES, () => this.core.state.streams)
    source.use(LAYOUT)
    return source
  }

  /** The process dies and starts anew: what was not written down is gone. */
  restart(): void {
    this.core = this.#machine()
    this.source = this.#reader()
  }

  /** The database is replaced by an older copy of itself. `marked`: by the hub's own restore, which leaves a note. */
  restore(image: Buffer, marked: boolean): void {
    this.db.close()
    this.db = this.#open(image)
    if (marked)
      this.db
        .prepare("INSERT INTO hub_settings (key, value) VALUES ('restored_copy', 'true') ON CONFLICT DO NOTHING")
        .run()
    this.book = openBook(this.db)
    this.restart()
  }

  /** What `sync/claim` writes. */
  claim(): void {
    writeSyncIdentity(this.db, { ...readSyncMemory(this.db).identity, fenced: null })
  }

  apply(step: SyncStep): unknown {
    const context = {
      db: this.db,
      now: this.now,
      addEvent: ({ type }: { type: string }) => this.events.push(type),
      effect() {},
      changed() {},
    } as unknown as Context
    return this.db.transaction(() => this.book.apply(context, structuredClone(step)))()
  }

  /** What retention does with readings that are old enough: those that central does not have yet stay. */
  #purge(): void {
    const unsent = unsentRows(this.db, { configured: true })
    const upto = unsent.upto('readings') ?? 0
    const which = 'WHERE id <= ? AND id <= (SELECT min(id) + 5 FROM readings)'
    this.purged.push(...(this.db.prepare(`SELECT value FROM readings ${which}`).pluck().all(upto) as number[]))
    this.db.prepare(`DELETE FROM readings ${which}`).run(upto)
  }

  /** Makes an account, gives it another address, or takes it away, as far as the house's own rules allow it. */
  account(): void {
    this.now += 1
    const { db, now } = this
    const id = `own${Math.floor(this.#random() * 3)}`
    if (this.#random() < 0.3) {
      db.prepare("DELETE FROM users WHERE id = ? AND managed_by = 'site'").run(id)
      return
    }
    const email = anAddress(this.#random)
    if (db.prepare('SELECT 1 FROM users WHERE email = ?').get(email) !== undefined) return
    db.prepare(
      'INSERT INTO users (id, email, created_at, updated_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET email = excluded.email, updated_at = excluded.updated_at',
    ).run(id, email, now, now)
  }

  /** What a house does: measures, notes, changes and forgets. */
  live(): void {
    const pick = Math.floor(this.#random() * 9)
    this.now += 1 + Math.floor(this.#random() * 50)
    const { db, now } = this
    if (pick < 3) {
      const insert = db.prepare(
        `INSERT INTO readings (id, series_id, reading_time, received_at, value) VALUES (${NEXT_READING}, ?, ?, ?, ?)`,
      )
      const all = db.prepare('SELECT id FROM reading_series ORDER BY id').pluck().all()
      const series = all[Math.floor(this.#random() * all.length)]
      for (let count = 1 + Math.floor(this.#random() * 4); count > 0; count--)
        insert.run(series, now + count, now, this.#random())
    } else if (pick === 3) {
      const poison = this.#random() < 0.1 ? POISON : 'fine'
      db.prepare(
        'INSERT INTO events (event_type, category, title, description, source, timestamp, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      ).run('x', 'device', 'x', poison, 'device', now, now, now)
    } else if (pick === 4) {
      db.prepare(
        'UPDATE events SET processed = 1, processed_at = ?, updated_at = ? WHERE id = (SELECT max(id) FROM events)',
      ).run(now, now)
    } else if (pick === 5) {
      const name = this.#random() < 0.05 ? POISON : `person ${this.#random()}`
      const home = db.prepare('SELECT id FROM houses LIMIT 1').pluck().get()
      db.prepare(
        "INSERT INTO people (id, house_id, name, role, created_at, updated_at) VALUES (?, ?, ?, 'guest', ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, updated_at = excluded.updated_at",
      ).run(`p${Math.floor(this.#random() * 6)}`, home, name, now, now)
    } else if (pick === 8) this.#purge()
    else if (pick === 6) db.prepare('DELETE FROM people WHERE id = ?').run(`p${Math.floor(this.#random() * 6)}`)
    else {
      db.prepare(
        "INSERT INTO reading_series (device_id, sensor, sensor_type, created_at) VALUES ('pi-a1b2c3', ?, 'number', ?)",
      ).run(`s${Math.floor(this.#random() * 1e12)}`, now)
    }
  }
}
