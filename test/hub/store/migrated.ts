import { writeFileSync } from 'node:fs'
import { installTriggers } from '../../../hub/store/change-log.ts'
import { declarations } from '../../../hub/store/declarations.ts'
import { HUB_MIGRATIONS } from '../../../hub/store/open-store.ts'
import { installSearch } from '../../../hub/store/search-index.ts'
import { migrate } from '../../../shared/sqlite/migrate.ts'
import { type Database, openDatabase } from '../../../shared/sqlite/open.ts'

/** Databases as migrations make them, of which each test gets a copy: to migrate anew takes longer than most tests. */
const images = new Map<string, Buffer>()

function imageOf(what: string, make: (db: Database) => void): Buffer {
  const known = images.get(what)
  if (known) return known
  const db = openDatabase({ file: ':memory:' })
  make(db)
  const image = db.serialize()
  db.close()
  images.set(what, image)
  return image
}

/** A hub's tables in memory, empty, without the triggers that follow from declarations. */
export function migratedTables(): Database {
  return openDatabase({ file: imageOf('tables', (db) => migrate(db, { folder: HUB_MIGRATIONS, now: 1 })) })
}

/** The empty database of a hub, with triggers and search indexes, in memory or in a new file. */
export function migratedHouse(file = ':memory:'): Database {
  const image = imageOf('house', (db) => {
    migrate(db, { folder: HUB_MIGRATIONS, now: 1 })
    installTriggers(db, declarations())
    installSearch(db, declarations())
  })
  if (file === ':memory:') return openDatabase({ file: image })
  writeFileSync(file, image, { mode: 0o600, flag: 'wx' })
  return openDatabase({ file })
}
