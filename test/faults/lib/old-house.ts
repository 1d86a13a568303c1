import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { ROLLUP_STEPS, rollupPosition } from '../../../hub/store/rollup-positions.ts'
import { type FullHouse, fillHouse } from '../../../scripts/lib/bench/full-house.ts'
import { type HubProcess, startHub } from '../../../scripts/lib/bench/hub-process.ts'
import { systemClock } from '../../../shared/clock.ts'
import { makeDataFolder } from './data-folder.ts'
import { type SmallDisk, smallDisk } from './small-disk.ts'

/** Readings that are so old that a full disk may lose them. */
export const OLD_ROWS = 60_000

export interface OldHouse {
  disk: SmallDisk
  house: FullHouse
  /** Where room is kept. */
  ballast: string
  start(): Promise<HubProcess>
  /** Whether the old readings are rolled up: only what is may leave without a central. */
  isRolledUp(): boolean
  /** How many of the old readings are left. */
  oldRows(): number
}

/** Hours of one sensor ten days ago, so dense that what they are rolled up into is next to nothing. */
function fillOldHours(file: string): void {
  const db = new Sqlite(file)
  const from = systemClock.now() - 10 * 86_400_000
  const insert = db.prepare(
    'INSERT INTO readings (series_id, reading_time, received_at, value) SELECT min(id), ?, ?, ? FROM reading_series',
  )
  db.transaction(() => {
    for (let row = 0; row < OLD_ROWS; row += 1) insert.run(from + row * 100, from + row * 100 + 40, row % 100)
  })()
  // As if these hours had not been rolled up yet: the next look is now and not at the next full hour.
  for (const { key } of ROLLUP_STEPS) db.prepare('DELETE FROM hub_settings WHERE key = ?').run(key)
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}

/** A stopped hub's house with old readings, whose data folder is a disk of its own. `closing` gets what tidies up. */
export async function houseOnDisk(closing: (() => unknown)[]): Promise<OldHouse> {
  const data = makeDataFolder()
  closing.push(data.remove)
  const disk = smallDisk(64)
  if (typeof disk === 'string') throw new Error(disk)
  closing.push(() => disk.remove())
  symlinkSync(disk.folder, join(data.scratch, 'full'))
  const house = await fillHouse(data.scratch, 1)
  const file = join(house.folder, 'hub.db')
  fillOldHours(file)
  const read = <T>(ask: (db: Sqlite.Database) => T): T => {
    const db = new Sqlite(file, { readonly: true })
    try {
      return ask(db)
    } finally {
      db.close()
    }
  }
  return {
    disk,
    house,
    ballast: join(disk.folder, 'ballast'),
    async start() {
      const hub = await startHub({ folder: house.folder, config: 'log = "info"\n' })
      closing.push(() => hub.kill())
      return hub
    },
    isRolledUp: () => read((db) => ROLLUP_STEPS.every(({ key }) => rollupPosition(db, key).upto >= OLD_ROWS)),
    oldRows: () =>
      read((db) => Number(db.prepare('SELECT count(*) FROM readings WHERE id <= ?').pluck().get(OLD_ROWS))),
  }
}
