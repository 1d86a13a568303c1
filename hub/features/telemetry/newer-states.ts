import { CLOCK_STEP_MS, VOLATILE_FLUSH_MS } from '../../../shared/limits.ts'
import type { State } from '../../../shared/messages/state.ts'
import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import { readRecentFrom } from '../../store/indexed-readings.ts'
import { type Entity, OWN_SOURCE } from '../devices/entity.ts'
import { NewestReadings } from './newest-readings.ts'
import type { WaitingReadings } from './waiting-readings.ts'

/** Types of entities of others whose readings are of true and false, in Home Assistant's words. */
const TRUE_OR_FALSE = new Set(['binary_sensor', 'switch', 'light', 'fan', 'siren', 'lock', 'update', 'input_boolean'])

type Described = Pick<Entity, 'id' | 'source' | 'type'>

/**
 * What readings say of states that were written minutes ago, or not at all yet: the newer ones are in the engine's memory alone, and
 * the readings they came from on the disk. A hub that was killed takes them up from there, and whoever asks is told them.
 */
export class NewerStates {
  #newest: NewestReadings
  #series: Statement
  /** A first state that was not written is of a reading from after it. */
  #since: number

  /** `looked`: how readings that are not indexed are looked at. Default: only the newest of them, as it has to be at a start. */
  constructor(
    db: Database,
    now: number,
    looked: { upto?: number; waiting?: WaitingReadings } = { upto: readRecentFrom(db) },
  ) {
    this.#newest = new NewestReadings(db, { latest: now + CLOCK_STEP_MS, ...looked })
    this.#series = db.prepare('SELECT id, unit FROM reading_series WHERE entity_id = ?')
    const last = db.prepare('SELECT received_at FROM readings WHERE id = (SELECT max(id) FROM readings)').pluck().get()
    // Devices gather for a while what they measure.
    this.#since = Number(last ?? 0) - 2 * VOLATILE_FLUSH_MS
  }

  /**
   * The newer state of an entity, or the one that is known. One that only words ever described stays as it is; one that has none gets
   * none of a reading that came late.
   */
  of(entity: Described, known: State | null): State | null {
    let state = known
    for (const { id, unit } of this.#series.all(entity.id) as { id: number; unit: string }[]) {
      const reading = this.#newest.of(id)
      if (!reading || (state ? reading.time <= state.at : reading.time < this.#since)) continue
      const value = isTrueOrFalse(entity, known) ? reading.value !== 0 : reading.value
      const { available: _, ...rest } = state ?? {}
      state = { ...rest, value, unit, at: reading.time, quality: reading.quality, time_quality: reading.time_quality }
    }
    return state
  }
}

/** Where the state that was written says nothing of it, it is what the entity is. */
function isTrueOrFalse({ source, type }: Described, known: State | null): boolean {
  if (typeof known?.value === 'boolean') return true
  return typeof known?.value !== 'number' && source !== OWN_SOURCE && TRUE_OR_FALSE.has(type)
}
