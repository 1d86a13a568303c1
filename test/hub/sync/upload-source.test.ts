import { expect, it } from 'vitest'
import type { StreamPosition } from '../../../hub/engine/sync-step.ts'
import { CHAIN_START } from '../../../hub/sync/chain.ts'
import { UploadSource } from '../../../hub/sync/upload-source.ts'
import { openTestHouse } from '../engine/engine-in-memory.ts'
import { LAYOUT, TABLES } from './simulated-hub.ts'

it('a batch of changes whose reply was lost is known again although a row of it has changed since', () => {
  const { db, device } = openTestHouse()
  device('pi-a1b2c3')
  const source = new UploadSource(db, TABLES, () => [])
  source.use(LAYOUT)
  const stream: StreamPosition = {
    ...{ stream: 'changes', table: 'sync_changes', epoch: 1, first: 0, upto: null, position: 0 },
    ...{ chain: CHAIN_START, history: '' },
  }
  const sent = source.read(stream, 1_000)?.to
  if (!sent) throw new Error('nothing was to be sent')
  expect(source.rehash(stream, sent.position)).toBe(sent.chain)
  db.exec("UPDATE devices SET name = 'Kitchen'")
  expect(source.rehash(stream, sent.position)).toBe(sent.chain)
  // Another process does not know what this one had read: it cannot tell, and everything is sent again.
  const other = new UploadSource(db, TABLES, () => [])
  expect(other.rehash(stream, sent.position)).not.toBe(sent.chain)
  expect(source.rehash({ ...stream, chain: 'another' }, sent.position)).not.toBe(sent.chain)
})
