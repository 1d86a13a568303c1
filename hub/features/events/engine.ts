import type { Feature, OpenFeature } from '../../engine/feature.ts'
import { openDevices } from '../devices/engine.ts'
import { eventIngest } from './ingest.ts'

/** What happened in the house, as its devices tell it. */
export const openEvents: OpenFeature = (house): Feature => ({
  name: 'events',
  writes: 'events',
  ingest: eventIngest(house.use(openDevices)),
})
