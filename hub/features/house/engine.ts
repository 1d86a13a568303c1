import type { Feature, OpenFeature } from '../../engine/feature.ts'
import { ensureHouse } from './default-house.ts'

/** The house itself. Everything else belongs to one. */
export const openHouses: OpenFeature = ({ version }): Feature => ({
  name: 'house',
  vital: true,
  start(context) {
    ensureHouse(context)
    context.addEvent({ type: 'hub_started', data: { version } })
  },
})
