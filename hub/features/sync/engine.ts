import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import type { SyncStep } from '../../engine/sync-step.ts'
import { openTelemetry } from '../telemetry/engine.ts'
import { openBook } from './book.ts'
import { RowsBack } from './rows-back.ts'

declare module '../../engine/input.ts' {
  interface InputKinds {
    /** What the sync thread and central agreed on. */
    sync: { change: SyncStep }
  }
  interface EffectKinds {
    /** A person said that this hub is its site's, or that something of central is to be done now. */
    sync: { ask: 'claimed' | 'wake' }
  }
}

/** The house's side of its talk with central. */
export function openSync(house: House): Feature {
  const { db } = house
  const book = openBook(db)
  const back = new RowsBack(db, house.use(openTelemetry).rollups)
  return {
    name: 'sync',
    writes: 'sync',
    inputs: {
      sync: (context, { change }) => ({
        verdict: 'stored',
        value: change.step === 'fetched' ? back.apply(context, change) : book.apply(context, change),
      }),
    },
  }
}
