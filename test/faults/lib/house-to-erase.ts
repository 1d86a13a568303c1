import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeBackup } from '../../../hub/store/backup.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { backupFolder, storeFile } from '../../../hub/store/places.ts'
import { newClipName } from '../../../hub/voice/clip-folder.ts'
import { systemClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { openDatabase } from '../../../shared/sqlite/open.ts'
import { openTestHouse, type TestHouse } from '../../hub/engine/engine-in-memory.ts'
import { livedIn } from '../../hub/features/erasures/lived-in.ts'

/** A backup of long ago. */
export const OLD_BACKUP = 'hub-0000000000001.db'

/** A data folder of a house that was lived in until just now, with a file for each recording and an old backup. */
export function fillHouse(folder: string): void {
  const now = systemClock.now()
  const store = openStore({ folder, now, log: silentLog })
  store.stamp.write()
  const house = openTestHouse({ db: store.db })
  house.now = now
  livedIn(house)
  for (const { id } of house.all<{ id: string }>('SELECT id FROM audio_clips')) {
    const file = newClipName(now)
    house.db.prepare('UPDATE audio_clips SET file = ? WHERE id = ?').run(file, id)
    const path = join(folder, 'clips', file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, id)
  }
  store.close()
  writeBackup({ source: storeFile(folder), folder: backupFolder(folder), now: 1 })
}

/** What the database says while a hub may be using it. */
export function lookInto<T>(file: string, look: (house: Pick<TestHouse, 'db' | 'all'>) => T): T {
  const db = openDatabase({ file, readonly: true })
  try {
    return look({ db, all: (sql, ...values) => db.prepare(sql).all(...values) as never })
  } finally {
    db.close()
  }
}

/** Files below a folder whose bytes hold one of the words, and which. */
export function filesWith(folder: string, words: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap(({ parentPath, name }) => {
      const bytes = readFileSync(join(parentPath, name))
      return words.filter((word) => bytes.includes(word)).map((word) => `${name}: ${word}`)
    })
}
