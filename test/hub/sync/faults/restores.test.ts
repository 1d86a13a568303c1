import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { readSyncMemory } from '../../../../hub/engine/sync-memory.ts'
import { writeBackup } from '../../../../hub/store/backup.ts'
import { backupDatabase, restoreDatabase } from '../../../../hub/store/maintenance.ts'
import { openStore } from '../../../../hub/store/open-store.ts'
import { storeFile } from '../../../../hub/store/places.ts'
import { silentLog } from '../../../../shared/log.ts'
import { openDatabase } from '../../../../shared/sqlite/open.ts'
import { useCentral, VERSIONS } from '../../../central/postgres-servers.ts'
import { memoryFolder } from '../../../memory-folder.ts'
import { ask, commandInput } from '../../engine/ask.ts'
import { openTestHouse, START } from '../../engine/engine-in-memory.ts'
import { addSite, type HouseWithCentral, houseWithCentral, rows } from '../house-with-central.ts'
import { differences } from './central-comparison.ts'
import { houseRows } from './sync-house.ts'

const folders: string[] = []
const running: HouseWithCentral[] = []
afterEach(async () => {
  for (const house of running.splice(0)) await house.kill()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(memoryFolder() ?? tmpdir(), 'lares-restores-'))
  folders.push(folder)
  return folder
}

function begin(url: string, db?: ReturnType<typeof openDatabase>): HouseWithCentral {
  const house = houseWithCentral(url, {}, openTestHouse(db ? { db } : {}))
  running.push(house)
  return house
}

/** A house with some history that has settled with central. */
async function settledHouse(url: string, db?: ReturnType<typeof openDatabase>): Promise<HouseWithCentral> {
  const house = begin(url, db)
  const own = houseRows(house.house.db)
  house.house.device('pi-a1b2c3')
  own.measure(20)
  own.person('p1', 'one')
  own.person('p2', 'two')
  house.pump.start()
  await house.settled()
  return house
}

describe.each(VERSIONS)('copies of a hub and of central on PostgreSQL %s', (version) => {
  const central = useCentral(version)

  /** The same card in another machine: every byte of it, and no note that it is a copy. */
  function cloneOf({ house }: HouseWithCentral, url: string): HouseWithCentral {
    const file = join(newFolder(), 'hub.db')
    writeFileSync(file, house.db.serialize())
    return begin(url, openDatabase({ file }))
  }

  const readingsOf = (admin: string, ids: number[]) =>
    rows<{ epoch: number; id: string; value: number }>(
      admin,
      'SELECT epoch, id, value FROM lares.readings WHERE id = ANY($1) ORDER BY epoch, id',
      [ids],
    )

  async function putBack(name: string, earlier: string): Promise<void> {
    const server = central.server.url()
    await rows(server, `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`)
    await rows(server, 'SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1', [name])
    await rows(server, `ALTER DATABASE ${name} RENAME TO ${name}_gone`)
    await rows(server, `ALTER DATABASE ${earlier} RENAME TO ${name}`)
  }

  it('of two hubs with one card the newer one sends, the older stops also while it has nothing to send', async () => {
    const admin = await central.migrated()
    const { url } = await addSite(admin, 'home')
    const older = await settledHouse(url)
    const newer = cloneOf(older, url)
    newer.pump.start()
    await newer.settled()
    // Nothing is to be sent there: it learns it when it asks for what central has for it.
    await older.until('the older hub is fenced', () => older.pump.state.mode === 'fenced')
    expect(older.status()).toMatchObject({ state: 'fenced', last_error: expect.stringMatching(/another hub/) })
    expect(houseRows(older.house.db).events('sync_fenced')).toBe(1)

    await older.kill()
    older.house.restart()
    older.restart()
    houseRows(older.house.db).measure(3)
    houseRows(newer.house.db).measure(3)
    await newer.settled()
    expect(older.pump.state.mode).toBe('fenced')
    expect(newer.status().state).toBe('running')
    expect(await readingsOf(admin, [21, 22, 23])).toHaveLength(3)
  })

  it('a hub that was fenced and is claimed sends beside what the other one sent', async () => {
    const admin = await central.migrated()
    const { url, site } = await addSite(admin, 'home')
    const older = await settledHouse(url)
    const newer = cloneOf(older, url)
    newer.pump.start()
    houseRows(newer.house.db).measure(3, START + 3_600_000)
    houseRows(newer.house.db).person('p3', 'only there')
    await newer.settled()
    await older.until('the older hub is fenced', () => older.pump.state.mode === 'fenced')
    const before = await readingsOf(admin, [21, 22, 23])
    houseRows(older.house.db).measure(3, START + 7_200_000)

    expect(ask(older.house, commandInput('sync/claim'))).toMatchObject({ status: 'ok' })
    older.pump.claimed(readSyncMemory(older.house.db))
    await older.until('the claimed hub runs', () => older.pump.state.mode === 'running')
    await older.settled()
    await newer.until('the other one is fenced', () => newer.pump.state.mode === 'fenced')
    expect(older.status().epoch).toBe(2)
    const after = await readingsOf(admin, [21, 22, 23])
    expect(after.slice(0, 3)).toEqual(before)
    expect(after.map(({ epoch }) => epoch)).toEqual([1, 1, 1, 2, 2, 2])
    expect(await differences(older.house.db, admin, { site, beside: true })).toEqual([])
    const [person] = await rows(admin, "SELECT deleted_at FROM lares.people WHERE id = 'p3'")
    expect(person?.deleted_at).not.toBeNull()
  })

  it.each([
    ['the hourly backup', (folder: string) => writeBackup({ source: storeFile(folder), folder, now: START })],
    ['a full copy', (folder: string) => backupDatabase(folder, join(newFolder(), 'copy.db'))],
  ])('%s that is put in place gets a new epoch, and its rows go beside those that were sent', async (_, copy) => {
    const admin = await central.migrated()
    const { url, site } = await addSite(admin, 'home')
    const folder = newFolder()
    const first = openStore({ folder, now: START, log: silentLog })
    const house = await settledHouse(url, first.db)
    const backup = copy(folder)
    const own = houseRows(first.db)
    own.measure(10, START + 3_600_000)
    own.person('p1', 'a later name')
    own.person('p3', 'who came later')
    own.forget('p2')
    await house.settled()
    await house.kill()
    first.close()
    const sent = await readingsOf(admin, [21, 22, 23])

    restoreDatabase(folder, backup, { now: START })
    const second = openStore({ folder, now: START, log: silentLog })
    const restored = begin(url, second.db)
    const again = houseRows(second.db)
    again.measure(5, START + 7_200_000)
    restored.pump.start()
    await restored.settled()
    expect(restored.status().epoch).toBe(2)
    expect(again.events('sync_epoch')).toBe(1)
    const now = await readingsOf(admin, [21, 22, 23])
    expect(now.slice(0, 3)).toEqual(sent)
    expect(now.map(({ epoch }) => epoch)).toEqual([1, 1, 1, 2, 2, 2])
    expect(await rows(admin, 'SELECT count(*)::integer AS n FROM lares.readings')).toEqual([{ n: 35 }])
    expect(
      await rows(admin, 'SELECT id, name, deleted_at IS NULL AS there FROM lares.people ORDER BY id'),
    ).toMatchObject([
      { id: 'p1', name: 'one', there: true },
      { id: 'p2', name: 'two', there: true },
      { id: 'p3', there: false },
    ])
    expect(await differences(second.db, admin, { site, beside: true })).toEqual([])
    await restored.kill()
    second.close()
  })

  it.each([
    ['while the hub is away', false],
    ['under a hub that runs', true],
  ])('central that is put back to an earlier time %s gets again what it lost', async (_, runs) => {
    const admin = await central.migrated()
    const { url, site } = await addSite(admin, 'home')
    const house = await settledHouse(url)
    await house.kill()
    const name = new URL(admin).pathname.slice(1)
    const earlier = await central.server.freshDatabase(name)
    house.restart()
    const own = houseRows(house.house.db)
    own.measure(30)
    own.person('p1', 'a later name')
    own.person('p3', 'who came later')
    own.forget('p2')
    await house.settled()
    if (!runs) await house.kill()

    await putBack(name, earlier)
    own.measure(5)
    if (!runs) house.restart()
    await house.until('the hub noticed it', () => own.events('central_restored') === 1)
    await house.settled()
    expect(await differences(house.house.db, admin, { site })).toEqual([])
    expect(house.status().epoch).toBe(1)
    expect(own.events('sync_epoch')).toBe(0)
  })

  it('central that is put back behind a pooler, which keeps the connection, is noticed without anything to send', async () => {
    const admin = await central.migrated()
    const { url, site } = await addSite(admin, 'home')
    const house = await settledHouse(url)
    await rows(admin, "CREATE TABLE earlier AS SELECT * FROM lares.sync_cursors WHERE stream = 'readings'")
    const own = houseRows(house.house.db)
    own.measure(10)
    await house.settled()
    // Nothing tells a client of the pooler that the database is another one than a moment ago.
    await rows(
      admin,
      `WITH gone AS (DELETE FROM lares.readings r USING earlier e WHERE r.id > e.position)
       UPDATE lares.sync_cursors c SET position = e.position, chain = e.chain, history = e.history, rows = e.rows, merged = e.merged
       FROM earlier e WHERE c.stream = 'readings'`,
    )
    await house.until('the hub noticed it', () => own.events('central_restored') === 1)
    await house.settled()
    expect(await readingsOf(admin, [20, 21, 30])).toHaveLength(3)
    expect(await differences(house.house.db, admin, { site, beside: true })).toEqual([])
    expect(house.status().epoch).toBe(1)
  })

  it('a copied card under which central was put back does not take the place of rows that the first one had sent', async () => {
    const admin = await central.migrated()
    const { url, site } = await addSite(admin, 'home')
    const first = await settledHouse(url)
    await first.kill()
    const name = new URL(admin).pathname.slice(1)
    const earlier = await central.server.freshDatabase(name)
    const copied = cloneOf(first, url)
    first.house.restart()
    const own = houseRows(first.house.db)
    own.measure(30, START + 3_600_000)
    own.person('p1', 'as the first one knows it')
    first.restart()
    await first.settled()
    await first.kill()

    await putBack(name, earlier)
    const other = houseRows(copied.house.db)
    // It goes on as the same hub, for all that central knows, and further than the first one had come.
    other.measure(40, START + 7_200_000)
    other.person('p1', 'as the copy knows it')
    copied.pump.start()
    await copied.settled()
    expect(copied.status().epoch).toBe(1)
    await copied.kill()
    const sent = await readingsOf(admin, [21, 50, 60])
    expect(sent).toHaveLength(3)

    first.house.restart()
    first.restart()
    await first.settled()
    expect(first.status()).toMatchObject({ state: 'running', epoch: 2 })
    const after = await readingsOf(admin, [21, 50, 60])
    expect(after.slice(0, 3)).toEqual(sent)
    expect(after.map(({ epoch }) => epoch)).toEqual([1, 1, 1, 2, 2])
    expect(await differences(first.house.db, admin, { site, beside: true })).toEqual([])
  })
})
