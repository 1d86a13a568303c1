import { systemClock } from '../../shared/clock.ts'
import type { Log } from '../../shared/log.ts'
import { Checkpointer } from '../../shared/sqlite/checkpoint.ts'
import { LogGrowth } from '../../shared/sqlite/log-growth.ts'
import { topicsBelow } from '../../shared/topics.ts'
import type { Engine } from '../engine/engine.ts'
import type { EngineSettings, ReadyFacts } from '../engine/engine-thread-messages.ts'
import { FreePages } from '../engine/free-pages.ts'
import { WriteBook } from '../engine/write-book.ts'
import { loadBrokerChanges } from '../features/broker-memory/broker-store.ts'
import { KeyFolder } from '../secrets/key-folder.ts'
import { Keyring } from '../secrets/keyring.ts'
import { centralTables } from '../store/central-tables.ts'
import { type OpenedStore, openStore } from '../store/open-store.ts'
import { openHouseEngine } from './house-engine.ts'

/** A house that is open: its store, the engine over it, and what the front must know before anybody comes. */
export interface OpenHouse {
  store: OpenedStore
  engine: Engine
  checkpointer: Checkpointer
  freePages: FreePages
  writes: WriteBook
  facts: ReadyFacts
}

/**
 * Everything that a start does with the database. A house waits for it, so nothing here may read all of a table that grows
 * with the years. Throws what `openStore` throws.
 */
export function openHouse(settings: EngineSettings, log: Log): OpenHouse {
  const { folder, keys, base, version, central, sections, receipt } = settings
  const began = systemClock.mono()
  const store = openStore({ folder, now: receipt.now, log })
  const { db, stamp, toTell, unchecked } = store
  const opened = systemClock.mono()
  const keyFolder = new KeyFolder(keys)
  const writes = new WriteBook(db, new LogGrowth(db))
  const checkpointer = new Checkpointer(db, {
    stamp,
    moved(bytes) {
      writes.wrote('checkpoints', bytes)
      // What is moved is known to be, so that the log that begins now is known to be new.
      writes.logGrew('checkpoints')
    },
  })
  const freePages = new FreePages(db)
  const drain = () => {
    const isDrained = freePages.drain()
    // Before the log is emptied, of which nothing would be known then.
    writes.logGrew('tidying')
    return isDrained
  }
  const engine = openHouseEngine({
    db,
    topics: topicsBelow(base),
    log,
    version,
    central,
    settings: sections,
    stamp,
    forgetRemoved: () => drain() && checkpointer.empty(),
    writes,
    keyring: new Keyring(() => keyFolder.read()),
  })
  const effects = engine.start({ ...receipt, mono: systemClock.mono() })
  const houses = db.prepare('SELECT id, house_id FROM devices').raw().all() as ReadyFacts['houses']
  const brokerChanges = loadBrokerChanges(db)
  const facts = { effects, brokerChanges, houses, toTell, unchecked, tables: centralTables() }
  const took = { open_ms: Math.round(opened - began), engine_ms: Math.round(systemClock.mono() - opened) }
  log.info(took, 'the database is open')
  return { store, engine, checkpointer, freePages, writes, facts }
}
