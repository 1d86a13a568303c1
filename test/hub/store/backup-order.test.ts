import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listBackups, writeBackup } from '../../../hub/store/backup.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { backupFolder, storeFile } from '../../../hub/store/places.ts'
import { silentLog } from '../../../shared/log.ts'
import { HOUSE_ROWS } from './house-rows.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-backup-order-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const open = () => openStore({ folder, now: 1_000, log: silentLog })

describe('a backup that is made when the clock is right again', () => {
  it('is the newest one, and what takes the place of a damaged database', () => {
    const store = open()
    store.db.exec(HOUSE_ROWS)
    const backup = (now: number) => writeBackup({ source: storeFile(folder), folder: backupFolder(folder), now })
    // More than are kept.
    for (let hour = 1; hour <= 25; hour++) backup(9_000_000 + hour)
    const right = [backup(5_000), backup(6_000)]
    store.db.exec("UPDATE houses SET name = 'renamed'")
    right.push(backup(7_000))
    expect(listBackups(backupFolder(folder)).slice(0, 3)).toEqual(right.reverse())
    store.close()
    writeFileSync(storeFile(folder), 'damaged')
    const again = open()
    expect(again.db.prepare('SELECT name FROM houses').pluck().get()).toBe('renamed')
    again.close()
  })
})
