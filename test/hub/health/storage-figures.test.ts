import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { storageFigures } from '../../../hub/health/storage-figures.ts'
import { writeScrub } from '../../../hub/store/scrub-state.ts'
import { ManualClock } from '../../../shared/clock.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-storage-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const NOTHING = {
  disk_total_bytes: null,
  disk_free_bytes: null,
  database_bytes: null,
  last_backup: null,
  last_scrub: null,
}

describe('what a data folder takes of its disk', () => {
  it('is the size of the database, what is free, and when it was backed up last', async () => {
    mkdirSync(join(folder, 'backups'), { recursive: true })
    writeFileSync(join(folder, 'hub.db'), 'x'.repeat(1_500))
    for (const name of ['hub-1795000000000.db', 'hub-9795000000001.db', 'owed', 'hub-1.db'])
      writeFileSync(join(folder, 'backups', name), '')
    writeScrub(join(folder, 'hub.db'), { at: null, began: 1, finished: 1_795_000_005_000, unreadableBytes: 0 })
    // The name follows one of a clock that was ahead.
    utimesSync(join(folder, 'backups', 'hub-9795000000001.db'), 1_795_000_009, 1_795_000_009)
    const measure = async () => ({ totalBytes: 32, freeBytes: 4 })
    expect(await storageFigures(folder, { clock: new ManualClock(), measure })).toEqual({
      ...{
        disk_total_bytes: 32,
        disk_free_bytes: 4,
        database_bytes: 1_500,
        last_backup: 1_795_000_009_000,
        last_scrub: 1_795_000_005_000,
      },
    })
  })

  it('is not known where nothing is there, and nobody waits for a disk that hangs', async () => {
    const clock = new ManualClock()
    const measure = () => new Promise<never>(() => {})
    const asked = storageFigures(join(folder, 'none'), { clock, measure })
    clock.advance(2_000)
    expect(await asked).toEqual(NOTHING)
  })
})
