import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import { Ringing } from './ringing.ts'

/** Timers and alarms of the house, until they rang. */
export function openTimers(house: House): Feature {
  const ringing = new Ringing(house)
  return {
    name: 'timers',
    start: (context) => ringing.start(context),
    tick: (context) => ringing.tick(context),
  }
}
