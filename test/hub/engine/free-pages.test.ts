import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FreePages } from '../../../hub/engine/free-pages.ts'
import { type OpenedStore, openStore } from '../../../hub/store/open-store.ts'
import { storeFile } from '../../../hub/store/places.ts'
import { silentLog } from '../../../shared/log.ts'
import { PAGE_SIZE } from '../../../shared/sqlite/page-size.ts'

let folder: string
let store: OpenedStore

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-pages-'))
  store = openStore({ folder, now: 1, log: silentLog })
  const insert = store.db.prepare(
    "INSERT INTO rejected_messages (device_id, topic, code, reason, raw, raw_bytes, received_at) VALUES ('d', 't', 'c', 'r', ?, 1, 1)",
  )
  store.db.transaction(() => {
    for (let row = 0; row < 1_000; row++) insert.run(Buffer.alloc(3_000))
  })()
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

const free = () => Number(store.db.pragma('freelist_count', { simple: true }))
const size = () => {
  store.db.pragma('wal_checkpoint(TRUNCATE)')
  return statSync(storeFile(folder)).size
}

it('pages of removed rows go back to the disk a few at a time, but for some that are soon needed again', () => {
  const pages = new FreePages(store.db, 200)
  expect(pages.release()).toBe(0)
  store.db.exec('DELETE FROM rejected_messages')
  const [before, spare] = [size(), free() - 200]
  expect(spare).toBeGreaterThan(128)
  expect(pages.release()).toBe(128 * PAGE_SIZE)
  expect(free()).toBe(spare + 200 - 128)
  for (let steps = 0; steps < 100 && pages.release() > 0; steps++);
  expect(free()).toBe(200)
  expect(before - size()).toBeGreaterThanOrEqual(spare * PAGE_SIZE)
})
