import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newestKey } from '../../../../hub/store/append-keys.ts'
import { writeBackup } from '../../../../hub/store/backup.ts'
import { noteDamage } from '../../../../hub/store/check-mark.ts'
import { FETCHED_BACK } from '../../../../hub/store/fetchable-rows.ts'
import { restoreDatabase, salvageDatabase } from '../../../../hub/store/maintenance.ts'
import { type OpenedStore, openStore } from '../../../../hub/store/open-store.ts'
import { backupFolder, storeFile } from '../../../../hub/store/places.ts'
import type { PumpParts } from '../../../../hub/sync/pump.ts'
import { type VerifyAnswer, verify } from '../../../../hub/sync/verify.ts'
import { silentLog } from '../../../../shared/log.ts'
import type { Database } from '../../../../shared/sqlite/open.ts'
import { openTestHouse, START } from '../../engine/engine-in-memory.ts'
import { leavesOf, spoil } from '../../store/damage.ts'
import { addSite, type HouseWithCentral, houseWithCentral } from '../house-with-central.ts'
import { houseRows } from './sync-house.ts'

const MEASURED = 6_000
const HOUR_MS = 3_600_000

/** By table, the rows that a damaged house is to have again. */
export type RowsBefore = Record<(typeof FETCHED_BACK)[number], unknown[]>

/** A house in a folder whose file is damaged, and which knows a real central. */
export class DamagedHouse {
  readonly folder = mkdtempSync(join(tmpdir(), 'lares-lost-rows-'))
  readonly admin: string
  readonly url: string
  readonly site: string
  #store: OpenedStore
  #now = START
  house: HouseWithCentral

  private constructor(admin: string, { url, site }: { url: string; site: string }) {
    this.admin = admin
    this.url = url
    this.site = site
    this.#store = openStore({ folder: this.folder, now: START, log: silentLog })
    this.house = this.#open()
  }

  /** One with readings of two hours, their rollups and some hundred events, all of which central has. It does not run. */
  static async settled(admin: string): Promise<DamagedHouse> {
    const self = new DamagedHouse(admin, await addSite(admin, `damaged-${Math.random()}`))
    const { house } = self.house
    house.device('pi-a1b2c3')
    houseRows(house.db).measure(MEASURED, START)
    house.db.exec(
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 400) ' +
        'INSERT INTO events (house_id, device_id, event_type, category, title, description, source, event_data, timestamp, created_at, updated_at) ' +
        `SELECT (SELECT id FROM houses), 'pi-a1b2c3', 'button', 'device', 'Button ' || i, hex(randomblob(80)), 'device', json_object('n', i, 'share', i / 7.0, 'a text', 'é"' || i), ${START} + i, ${START} + i, ${START} + i FROM n`,
    )
    for (let tick = 0; tick < 30; tick++) self.tick(HOUR_MS / 10)
    self.house.pump.start()
    await self.house.settled()
    await self.house.kill()
    return self
  }

  get db(): Database {
    return this.house.house.db
  }

  tick(ms: number): void {
    this.#now += ms
    this.house.house.tick(ms)
  }

  /** Stops it, spoils the n-th leaf of each table, and starts it: what could be read is what it has. Its pump does not run. */
  async damage(leaves: Record<string, number[]>, parts: Partial<PumpParts> = {}): Promise<void> {
    await this.stop()
    const file = storeFile(this.folder)
    spoilLeaves(file, leaves)
    noteDamage(file, 'somebody met damage')
    this.start(parts)
  }

  /** The same of a copy that was set aside: a person saves what can be read of it, and restores that. Returns what that was told. */
  async damageCopy(leaves: Record<string, number[]>): Promise<string> {
    await this.stop()
    const [aside, saved] = [join(this.folder, 'aside.db'), join(backupFolder(this.folder), 'saved.db')]
    mkdirSync(backupFolder(this.folder), { recursive: true })
    cpSync(storeFile(this.folder), aside)
    spoilLeaves(aside, leaves)
    const told = salvageDatabase(this.folder, aside, { to: saved, log: silentLog })
    restoreDatabase(this.folder, saved, { now: this.#now })
    this.start()
    return told
  }

  /** As the hub makes one every hour. */
  async backup(): Promise<void> {
    await this.stop()
    writeBackup({ source: storeFile(this.folder), folder: backupFolder(this.folder), now: this.#now })
    this.start()
  }

  async stop(): Promise<void> {
    await this.house.kill()
    this.#store.close()
  }

  /** What was written down is what a new process knows. */
  start(parts: Partial<PumpParts> = {}): void {
    this.#store = openStore({ folder: this.folder, now: this.#now, log: silentLog })
    this.house = this.#open(parts)
  }

  /** What the start said of the damage. */
  get toTell(): string[] {
    return this.#store.toTell
  }

  /** Resolves when nothing is to be asked for any more. */
  async back(): Promise<void> {
    await this.house.until('all came back', () => this.count('lost_rows') === 0, 60_000)
  }

  count(table: string, where = 'true'): number {
    return Number(this.db.prepare(`SELECT count(*) FROM ${table} WHERE ${where}`).pluck().get())
  }

  /** The last key that each table gave. */
  newestKeys(): number[] {
    return FETCHED_BACK.map((table) => newestKey(this.db, table))
  }

  /** Rows as they travel. */
  rows(): RowsBefore {
    const { db } = this
    const readings = 'id, series_id, reading_time, received_at, value, quality, metadata'
    return {
      readings: db.prepare(`SELECT ${readings} FROM readings ORDER BY id`).raw().all(),
      reading_rollups: db.prepare('SELECT * FROM reading_rollups ORDER BY id').raw().all(),
      events: db
        .prepare("SELECT * FROM events WHERE event_type = 'button' ORDER BY id")
        .all()
        .map((row) => ({ ...(row as object), event_data: JSON.parse((row as { event_data: string }).event_data) })),
    }
  }

  /** What people see: readings by the index and rollups by their buckets. */
  charts(): unknown[][] {
    return [
      this.db.prepare('SELECT series_id, reading_time, value FROM series_readings ORDER BY 1, 2, 3').raw().all(),
      this.db
        .prepare(
          'SELECT series_id, step, bucket, min, max, round(avg, 6), count FROM reading_rollup_buckets ORDER BY 1, 2, 3',
        )
        .raw()
        .all(),
    ]
  }

  verified(): Promise<VerifyAnswer> {
    const { db, house, url, site } = this
    const { source, state } = house.pump
    return verify({ db, source, streams: state.streams, site, url, version: 'test' }, { days: 30, now: this.#now })
  }

  /** What the house told of rows that came back, oldest first. */
  told(): Record<string, unknown>[] {
    const rows = this.db.prepare("SELECT event_data FROM events WHERE event_type = 'lost_rows_back' ORDER BY id")
    return (rows.pluck().all() as string[]).map((data) => JSON.parse(data))
  }

  async remove(): Promise<void> {
    await this.house.kill()
    this.#store.db.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  #open(parts: Partial<PumpParts> = {}): HouseWithCentral {
    return houseWithCentral(this.url, parts, openTestHouse({ db: this.#store.db, now: this.#now }))
  }
}

function spoilLeaves(file: string, leaves: Record<string, number[]>): void {
  for (const [table, which] of Object.entries(leaves)) {
    const pages = leavesOf(file, table)
    for (const n of which) spoil(file, pages.at(n) ?? 0)
  }
}
