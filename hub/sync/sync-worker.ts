import { randomUUID } from 'node:crypto'
import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../../shared/clock.ts'
import { createLog } from '../../shared/log.ts'
import { openDatabase } from '../../shared/sqlite/open.ts'
import { readSyncMemory } from '../engine/sync-memory.ts'
import { inPlainWords } from './postgres.ts'
import { Pump } from './pump.ts'
import { statusOf } from './sync-status.ts'
import type { FromSync, SyncSettings, ToSync } from './sync-thread-messages.ts'
import { verify } from './verify.ts'

/** The sync thread: reads the hub's database, talks to central, and has the engine write down what it learns. */
const settings = workerData as SyncSettings
const port = parentPort
if (!port) throw new Error('sync-worker runs as a worker thread')
const STATUS_MS = 5_000
const LEAST_MS = 250
/** A disk that is used more than this is being cleared of rows, or soon will be: none come back to it. */
const FULL_SHARE = 0.8

const db = openDatabase({ file: settings.file, readonly: true })
const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
let nextId = 1
const say = (message: FromSync) => port.postMessage(message)

const pump = new Pump({
  ...readSyncMemory(db),
  db,
  tables: settings.tables,
  url: settings.url,
  version: settings.version,
  clock: systemClock,
  log: createLog(settings.logLevel).part('sync'),
  bytesPerSecond: settings.bytesPerSecond,
  mint: randomUUID,
  persist: (step) =>
    new Promise((resolve, reject) => {
      waiting.set(nextId, { resolve, reject })
      say({ kind: 'persist', id: nextId, step })
      nextId += 1
    }),
  onChange: tell,
  hasRoom() {
    const { blocks, bfree, bavail } = statfsSync(dirname(settings.file))
    return bavail > (blocks - bfree + bavail) * (1 - FULL_SHARE)
  },
})

/**
 * At a change at most four times a second, the last one included, and in any case every few seconds: silence means that
 * this thread hangs.
 */
let told = Number.NEGATIVE_INFINITY
let isDue = false
function tell(): void {
  if (isDue) return
  const now = systemClock.mono()
  if (now - told < LEAST_MS) {
    isDue = true
    systemClock.after(LEAST_MS - (now - told), () => {
      isDue = false
      tell()
    })
    return
  }
  told = now
  const { waiting: rows, changes, lastSent } = pump
  say({
    kind: 'status',
    status: statusOf(pump.state, {
      waiting: rows,
      changes,
      lastSent,
      tally: pump.source.tally(),
      now: systemClock.now(),
    }),
  })
}

function answer(message: ToSync): void {
  switch (message.kind) {
    case 'persisted':
      waiting.get(message.id)?.resolve(message.value)
      waiting.delete(message.id)
      return
    case 'not_persisted':
      waiting.get(message.id)?.reject(new Error(message.reason))
      waiting.delete(message.id)
      return
    case 'claimed':
      pump.claimed(readSyncMemory(db))
      return
    case 'busy':
      pump.busy = message.busy
      return
    case 'wake':
      pump.wake()
      return
    case 'verify':
      verify(
        { ...settings, db, source: pump.source, streams: pump.state.streams, site: pump.state.identity.site },
        message.question,
      ).then(
        (result) => say({ kind: 'verified', id: message.id, answer: result }),
        (error: unknown) => say({ kind: 'not_verified', id: message.id, reason: inPlainWords(error) }),
      )
      return
    case 'stop':
      void pump.stop().then(() => {
        db.close()
        say({ kind: 'stopped' })
        port?.close()
      })
  }
}

port.on('message', answer)
systemClock.every(STATUS_MS, tell)
pump.start()
