import { CLOCK_STEP_MS } from '../../../shared/limits.ts'
import type { State } from '../../../shared/messages/state.ts'
import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import { NewestReadings } from './newest-readings.ts'

/**
 * What readings say of states that were written some minutes before the end: a hub that was killed had newer ones in memory
 * alone, and the readings they came from on the disk.
 */
export class StatesAtStart {
  #newest: NewestReadings
  #series: Statement
  #upto: number

  constructor(db: Database, now: number) {
    this.#newest = new NewestReadings(db)
    this.#series = db.prepare('SELECT id, unit FROM reading_series WHERE entity_id = ?')
    this.#upto = now + CLOCK_STEP_MS
  }

  /** The newer state of an entity, or the one that is known. One that only words ever described stays as it is. */
  of(entity: string, known: State): State {
    let state = known
    for (const { id, unit } of this.#series.all(entity) as { id: number; unit: string }[]) {
      const reading = this.#newest.of(id, this.#upto)
      if (!reading || reading.time <= state.at) continue
      const value = typeof known.value === 'boolean' ? reading.value !== 0 : reading.value
      const { available: _, ...rest } = state
      state = { ...rest, value, unit, at: reading.time, quality: reading.quality, time_quality: reading.time_quality }
    }
    return state
  }
}
