import { parentPort } from 'node:worker_threads'
import { systemClock } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import { giveBackMemorySoon } from '../../shared/give-back-memory.ts'
import { createLog, type Log } from '../../shared/log.ts'
import type { Checkpointer } from '../../shared/sqlite/checkpoint.ts'
import { isCorruption, isDiskFault, sqliteCode } from '../../shared/sqlite/open.ts'
import { storeFault } from '../../shared/sqlite/store-fault.ts'
import type { Engine } from '../engine/engine.ts'
import type { EngineSettings, FromEngine, StoreNumbers, ToEngine } from '../engine/engine-thread-messages.ts'
import type { FreePages } from '../engine/free-pages.ts'
import type { Effect } from '../engine/input.ts'
import type { Receipt } from '../engine/receipt.ts'
import type { WriteBook } from '../engine/write-book.ts'
import { noteDamage } from '../store/check-mark.ts'
import type { OpenedStore } from '../store/open-store.ts'
import { storeFile } from '../store/places.ts'
import { type OpenHouse, openHouse } from './open-house.ts'

/** The engine's thread: owns the database, answers one message at a time. The first says which house it opens. */
const port = parentPort
if (!port) throw new Error('house-worker runs as a worker thread')

function say(message: FromEngine, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer)
}

function open(settings: EngineSettings): void {
  const log = createLog(settings.logLevel).part('engine')
  const file = storeFile(settings.folder)
  let house: OpenHouse
  try {
    house = openHouse(settings, log)
  } catch (error) {
    // The next try checks all of it, and takes a backup where it is right.
    if (isCorruption(error)) noteDamage(file, asError(error).message)
    const known = error instanceof LaresError ? error : (storeFault(error, file) ?? notOpened(error, log))
    say({ kind: 'failed', code: known.code, message: known.message, hint: known.hint })
    return
  }
  const { store, engine, checkpointer, freePages, writes, facts } = house
  say({ kind: 'ready', ...facts })
  giveBackMemorySoon(systemClock)
  const parts = { store, engine, checkpointer, freePages, writes, file, log }
  port?.on('message', (message: ToEngine) => answer(message, parts))
}

interface Parts {
  store: OpenedStore
  engine: Engine
  checkpointer: Checkpointer
  freePages: FreePages
  writes: WriteBook
  /** The database. */
  file: string
  log: Log
}

function answer(message: ToEngine, parts: Parts): void {
  const { store, engine, checkpointer, freePages, writes, file, log } = parts
  try {
    switch (message.kind) {
      case 'batch': {
        const started = systemClock.mono()
        const result = engine.process(message.batch, { ...message.receipt, mono: started })
        const numbers = numbersOf(parts, systemClock.mono() - started)
        const { buffer, used } = message.batch
        say({ kind: 'result', result, buffer, numbers }, [buffer])
        quietly(log, () => checkpointer.after(used))
        return
      }
      case 'tick':
        say({
          kind: 'effects',
          effects: engine.tick({ ...message.receipt, mono: systemClock.mono() }),
          numbers: { ...numbersOf(parts, 0), writes: writes.totals },
        })
        quietly(log, () => {
          checkpointer.after(0)
          checkpointer.note(freePages.release())
          writes.logGrew('tidying')
        })
        return
      case 'probe':
        engine.probe(message.receipt)
        say({ kind: 'healthy' })
        return
      case 'stop': {
        const effects = lastWords(parts, message.receipt)
        store.close()
        say({ kind: 'stopped', effects })
        port?.close()
      }
    }
  } catch (error) {
    const buffer = 'batch' in message ? message.batch.buffer : null
    const transfer = buffer ? [buffer] : []
    const fault = faultOf(error, file)
    if (fault) {
      say({ kind: 'fault', code: fault.code, message: fault.message, buffer }, transfer)
      return
    }
    log.error({ work: message.kind, error: asError(error).stack }, 'a transaction failed; nothing of it was kept')
    say({ kind: 'broken', message: asError(error).message, buffer }, transfer)
  }
}

/** What ends a transaction without being ours; `null`: it is ours. */
function faultOf(error: unknown, file: string): LaresError | null {
  if (isCorruption(error))
    return new LaresError('corrupt_database', `the database is damaged: ${asError(error).message}`, { cause: error })
  return isDiskFault(error) ? storeFault(error, file) : null
}

/** The database is closed in order whatever fails at the end. */
function lastWords({ engine, log }: Parts, receipt: Receipt): Effect[] {
  try {
    return engine.stop(receipt)
  } catch (error) {
    if (isDiskFault(error)) throw error
    log.error({ error: asError(error).stack }, 'what was kept in memory could not be written')
    return []
  }
}

/** What SQLite says when a statement is wrong, or a row: no disk is to blame for it. */
const OURS = /^SQLITE_(ERROR|CONSTRAINT|MISMATCH|MISUSE|RANGE|TOOBIG)/

function notOpened(error: unknown, log: Log): LaresError {
  const { message, stack } = asError(error)
  const code = sqliteCode(error)
  if (code !== null && !OURS.test(code)) return new LaresError('disk_error', message, { cause: error })
  log.error({ error: stack }, 'the house could not be started')
  return new LaresError('internal', `the house could not be started: ${message}`, { cause: error })
}

/**
 * What follows an answer: every question has one answer, or the next answers would belong to the questions before. A disk
 * that fails now is said by the next transaction.
 */
function quietly(log: Log, tidy: () => void): void {
  try {
    tidy()
  } catch (error) {
    if (!isDiskFault(error)) throw error
    log.debug(
      { error: asError(error).message },
      'the log was not moved into the database, or free pages not given back',
    )
  }
}

function numbersOf({ engine, checkpointer }: Parts, commitMs: number): StoreNumbers {
  return { commitMs, walBytes: checkpointer.walBytes, ledger: engine.ledger, failing: engine.failing }
}

port.once('message', (message: ToEngine) => {
  if (message.kind === 'open') open(message.settings)
})
