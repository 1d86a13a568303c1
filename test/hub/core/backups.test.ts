import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BackupCopier } from '../../../hub/core/backup-copier.ts'
import { Backups } from '../../../hub/core/backups.ts'
import { ProcessDropped } from '../../../hub/core/own-process.ts'
import { Health } from '../../../hub/health/hub-health.ts'
import { removeOtherCopies } from '../../../hub/store/backup.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { backupFile, backupFolder } from '../../../hub/store/places.ts'
import { isSound } from '../../../hub/store/sound.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-backups-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = () => openStore({ folder, now: 1_000, log: silentLog })

/** Backups whose copies the test finishes. */
function backupsUnderTest() {
  const clock = new ManualClock()
  const health = new Health()
  const begun: { resolve: (file: string) => void; reject: (error: Error) => void; whole: boolean }[] = []
  const owed = join(folder, 'backups/owed')
  const backups = new Backups({
    backup: (_now, { whole }) => new Promise((resolve, reject) => begun.push({ resolve, reject, whole })),
    drop() {
      begun.at(-1)?.reject(new ProcessDropped('the hub stops'))
      return begun.length > 0
    },
    removeOthers: (kept) => removeOtherCopies(backupFolder(folder), kept),
    owed,
    clock,
    log: silentLog,
    health,
  })
  const problems = () => health.report(0, true).problems.map(({ message }) => message)
  return { backups, clock, begun, owed, problems, settled: () => new Promise((resolve) => setImmediate(resolve)) }
}

describe('backups', () => {
  it('come one at a time, and one that is asked for meanwhile comes after it', async () => {
    const { backups, clock, begun, settled } = backupsUnderTest()
    backups.start()
    backups.soon()
    clock.advance(10_000)
    backups.soon()
    clock.advance(10_000)
    expect(begun).toHaveLength(1)
    begun[0]?.resolve('a')
    await settled()
    clock.advance(10_000)
    expect(begun).toHaveLength(2)
  })

  it('that are under way at a stop are dropped, are no problem, and are owed to the next start', async () => {
    const { backups, clock, owed, problems, settled } = backupsUnderTest()
    backups.start()
    backups.soon()
    clock.advance(10_000)
    backups.stop()
    await settled()
    expect([existsSync(owed), problems()]).toEqual([true, []])
  })

  it('are whole where all others are to go', () => {
    const { backups, begun } = backupsUnderTest()
    void backups.renew()
    expect(begun.map(({ whole }) => whole)).toEqual([true])
  })

  it('that fail are a problem until one succeeds', async () => {
    const { backups, clock, begun, problems, settled } = backupsUnderTest()
    backups.start()
    clock.advance(3_600_000)
    begun[0]?.reject(new Error('no room'))
    await settled()
    expect(problems()).toEqual(['the backup failed: no room'])
    clock.advance(3_600_000)
    begun[1]?.resolve('a')
    await settled()
    expect(problems()).toEqual([])
  })
})

describe('the process that copies', () => {
  it('makes a sound backup while the database is open and being written', async () => {
    const store = open()
    store.db.exec("BEGIN; INSERT INTO houses (id, name, created_at, updated_at) VALUES ('h', 'Home', 1, 1)")
    const file = await new BackupCopier(folder).copy(5_000)
    store.db.exec('COMMIT')
    expect(isSound(file)).toBe(true)
    expect(readdirSync(backupFolder(folder))).toEqual(['hub-0000000005000.db'])
    store.close()
  })

  it('waits until a check of the database is over, and copies nothing when it is dropped before', async () => {
    const store = open()
    const check = Promise.withResolvers<void>()
    const copier = new BackupCopier(folder, () => check.promise)
    const copied = copier.copy(5_000).catch((error: unknown) => error)
    await new Promise((resolve) => setImmediate(resolve))
    // No process is under way.
    expect(copier.drop()).toBe(false)
    check.resolve()
    expect(await copied).toBeInstanceOf(ProcessDropped)
    expect(existsSync(backupFolder(folder))).toBe(false)
    const later = new BackupCopier(folder, () => Promise.resolve())
    expect(isSound(await later.copy(6_000))).toBe(true)
    store.close()
  })

  it('says what went wrong, and leaves nothing', async () => {
    await expect(new BackupCopier(folder).copy(5_000)).rejects.toThrow(/unable to open|not exist/)
    expect(readdirSync(backupFolder(folder))).toEqual([])
  })

  it('is ended at once when it is dropped, in the middle of a large copy, and leaves nothing', async () => {
    const store = open()
    store.db.exec(
      "INSERT INTO houses (id, name, created_at, updated_at) VALUES ('h', 'Home', 1, 1);" +
        'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) ' +
        "INSERT INTO hub_settings (key, value) SELECT 'row-' || i, hex(zeroblob(50)) FROM n",
    )
    const copier = new BackupCopier(folder)
    const copied = copier.copy(5_000).catch((error: unknown) => error)
    const parts = () => (existsSync(backupFolder(folder)) ? readdirSync(backupFolder(folder)) : [])
    while (!parts().some((name) => name.endsWith('.part'))) await new Promise((resolve) => setImmediate(resolve))
    expect(copier.drop()).toBe(true)
    expect(await copied).toBeInstanceOf(ProcessDropped)
    expect(parts()).toEqual([])
    await expect(copier.copy(6_000)).rejects.toBeInstanceOf(ProcessDropped)
    store.close()
  })

  it('are all made anew after an erasure, and none goes before the new one stands', async () => {
    const { backups, begun } = backupsUnderTest()
    const at = backupFolder(folder)
    mkdirSync(at, { recursive: true })
    // The clock was ahead once: what a copy is called says nothing about when it was made.
    const old = [backupFile(at, 1_000), backupFile(at, 9_000_000), join(at, 'before-0002_x.db')]
    for (const file of old) writeFileSync(file, '')
    const failed = backups.renew()
    begun.at(-1)?.reject(new Error('no room'))
    expect(await failed).toBe(false)
    expect(readdirSync(at)).toHaveLength(3)
    const renewed = backups.renew()
    const fresh = backupFile(at, 6_000)
    writeFileSync(fresh, '')
    begun.at(-1)?.resolve(fresh)
    expect(await renewed).toBe(true)
    expect(readdirSync(at).map((name) => join(at, name))).toEqual([fresh])
  })
})
