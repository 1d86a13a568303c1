import { BatchWriter } from '../../../hub/engine/batch.ts'
import { Engine } from '../../../hub/engine/engine.ts'
import type { Feature } from '../../../hub/engine/feature.ts'
import { type Effect, VERDICTS } from '../../../hub/engine/input.ts'
import { WriteBook } from '../../../hub/engine/write-book.ts'
import { eventType } from '../../../shared/event-types.ts'
import type { Log } from '../../../shared/log.ts'
import { topicsBelow } from '../../../shared/topics.ts'
import { KeysInMemory } from '../secrets/keys-in-memory.ts'
import { migratedTables } from '../store/migrated.ts'
import { reading } from './engine-in-memory.ts'

/** An engine over features of the test's own, each of which may write notes into `hub_settings`. */
export function engineOf(features: Feature[]) {
  const db = migratedTables()
  // There is no device here, only what is said of it.
  db.pragma('foreign_keys = OFF')
  const errors: string[] = []
  const infos: string[] = []
  const log: Log = {
    debug() {},
    info: (fields) => void infos.push(String(fields.feature)),
    warn() {},
    error: (fields) => void errors.push(`${fields.feature} ${fields.work} ${String(fields.error).split('\n')[0]}`),
    part: () => log,
  }
  const random = (count: number) => new Uint8Array(count)
  const keyring = new KeysInMemory().keyring()
  const store = {
    ...{ db, topics: topicsBelow('lares'), version: 'test', tables: [], jobKinds: new Map(), keyring, random },
    typeOf: eventType,
    settings: {},
  }
  const engine = new Engine({
    store,
    features,
    houseOf: () => 'home',
    heard() {},
    addEvent() {},
    writes: new WriteBook(db),
    log,
  })
  let now = 1_000
  return {
    db,
    engine,
    errors,
    infos,
    start: () => engine.start({ now, clockSynced: true }),
    tick(times = 1) {
      for (let tick = 0; tick < times; tick += 1) {
        now += 1_000
        engine.tick({ now, clockSynced: true })
      }
    },
    send(...seqs: number[]) {
      const writer = new BatchWriter()
      for (const seq of seqs) writer.message('lares/d/readings', Buffer.from(JSON.stringify(reading(seq, seq))))
      const { verdicts, effects } = engine.process(writer.finish(), { now, clockSynced: true })
      this.effects = effects
      return [...verdicts].map((verdict) => VERDICTS[verdict])
    },
    /** Effects of the last batch. */
    effects: [] as Effect[],
    notes: () => db.prepare("SELECT key FROM hub_settings WHERE key LIKE 'note-%' ORDER BY key").pluck().all(),
  }
}

/** A statement that leaves a note; twice the same one fails. */
export const note = (name: string) => `INSERT INTO hub_settings (key, value) VALUES ('note-${name}', '1')`
