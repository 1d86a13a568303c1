import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { BatchWriter } from '../../../hub/engine/batch.ts'
import type { SyncStep } from '../../../hub/engine/sync-step.ts'
import { SyncThread } from '../../../hub/sync/sync-thread.ts'
import { systemClock, wait } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { useCentral } from '../../central/postgres-servers.ts'
import { openTestHouse, reading, START, type TestHouse } from '../engine/engine-in-memory.ts'
import { addSite, rows, TABLES } from './house-with-central.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/** A house in a file, and a real thread that sends from it. */
function begin(url: string): { house: TestHouse; thread: SyncThread } {
  const folder = mkdtempSync(join(tmpdir(), 'lares-sync-thread-'))
  folders.push(folder)
  const file = join(folder, 'house.db')
  const house = openTestHouse({ file })
  const thread = new SyncThread({
    settings: () => ({ file, tables: TABLES, url, version: 'test', logLevel: 'error', bytesPerSecond: null }),
    async persist(step: SyncStep) {
      const writer = new BatchWriter()
      writer.input({ kind: 'sync', change: step })
      return house.engine.process(writer.finish(), { now: house.now, clockSynced: true }).values[0]?.[1]
    },
    clock: systemClock,
    log: silentLog,
  })
  return { house, thread }
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = systemClock.mono() + 15_000
  while (!(await holds())) {
    if (systemClock.mono() > deadline) throw new Error(`waited in vain until ${what}`)
    await wait(systemClock, 20)
  }
}

describe('the sync thread of a hub', () => {
  const central = useCentral('18')

  it('sends, says how it stands, compares, and ends', async () => {
    const admin = await central.migrated()
    const { url, site } = await addSite(admin, 'home')
    const { house, thread } = begin(url)
    house.device('pi-a1b2c3')
    house.send(['lares/pi-a1b2c3/readings', reading(1, 40)])
    thread.start()
    const stored = async () => (await rows(admin, 'SELECT 1 FROM lares.readings WHERE site_id = $1', [site])).length
    await until('the reading is there', async () => (await stored()) === 1)
    await until('it says so', () => thread.status.state === 'running')
    expect(thread.status).toMatchObject({ site: 'home', epoch: 1, last_error: null })
    await until('it was written down', () => house.all('SELECT 1 FROM sync_changes').length === 0)
    expect(await thread.verify({ days: 7, now: START })).toMatchObject({ ok: true, differences: [] })
    await rows(admin, 'DELETE FROM lares.readings')
    expect(await thread.verify({ table: 'readings', days: 7, now: START })).toMatchObject({
      ok: false,
      differences: [{ table: 'readings', found: 'missing' }],
    })
    const stopping = systemClock.mono()
    await thread.stop()
    expect(systemClock.mono() - stopping).toBeLessThan(2_000)
    house.db.close()
  })

  it('brings back what the house lost', async () => {
    const admin = await central.migrated()
    const { url } = await addSite(admin, 'home')
    const { house, thread } = begin(url)
    house.device('pi-a1b2c3')
    house.send(['lares/pi-a1b2c3/readings', reading(1, 40)], ['lares/pi-a1b2c3/readings', reading(2, 41.1)])
    thread.start()
    await until(
      'central has it',
      () => house.all("SELECT 1 FROM sync_streams WHERE table_name = 'readings' AND position = 2").length === 1,
    )
    const columns = 'id, series_id, reading_time, received_at, value, quality, metadata'
    const before = house.all(`SELECT ${columns} FROM readings`)
    house.db.exec(
      "DELETE FROM readings; INSERT INTO lost_rows (table_name, first, position, upto) VALUES ('readings', 0, 0, 2)",
    )
    await until('it is back', () => house.all('SELECT 1 FROM lost_rows').length === 0)
    expect(house.all(`SELECT ${columns} FROM readings`)).toEqual(before)
    await thread.stop()
    house.db.close()
  })

  it('says in plain words why it does not send, and stops at once all the same', async () => {
    const { url } = await addSite(await central.migrated(), 'home')
    const wrong = new URL(url)
    wrong.password = 'wrong'
    const { house, thread } = begin(wrong.href)
    thread.start()
    const started = systemClock.mono()
    await until('it says so', () => thread.status.state === 'waiting')
    expect(systemClock.mono() - started).toBeLessThan(3_000)
    expect(thread.status.last_error).toContain('does not accept this site')
    expect(thread.status.last_error).not.toContain('wrong')
    const stopping = systemClock.mono()
    await thread.stop()
    expect(systemClock.mono() - stopping).toBeLessThan(2_000)
    house.db.close()
  })
})
