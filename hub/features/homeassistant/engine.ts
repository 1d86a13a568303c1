import './birth-input.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { covers } from '../../../shared/topics.ts'
import { readSection } from '../../contract/settings-section.ts'
import { DISCOVERY_PREFIX } from '../../engine/discovery-topic.ts'
import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import { bridgeCalled, topicsOf } from '../bridges/bridge-rows.ts'
import { bridgeOfSource, isOfBridge } from '../bridges/source-of-bridge.ts'
import { openDevices } from '../devices/engine.ts'
import { AnnouncedTopics } from './announced-topics.ts'
import { ChangedDevices } from './changed-devices.ts'
import { DiscoveryAnnouncer } from './discovery-announcer.ts'
import { HOMEASSISTANT_SETTINGS } from './settings.ts'
import { ShownDevices } from './shown-devices.ts'

/** Has Home Assistant see the devices of the house. */
export function openHomeAssistant(house: House): Feature {
  const { db, version } = house
  const { announce, houses = null } = readSection(HOMEASSISTANT_SETTINGS, house.settings)
  house.use(openDevices)
  const changed = new ChangedDevices(db)
  const announcer = new DiscoveryAnnouncer({
    ...{ topics: new AnnouncedTopics(db), changed, version },
    devices: announce ? new ShownDevices({ db, houses, isTwin: (source) => announcesItself(db, source) }) : null,
  })
  return {
    name: 'homeassistant',
    inputs: {
      homeassistant_birth(context) {
        announcer.sayAgain(context)
        return { verdict: 'stored' }
      },
    },
    start: (context) => announcer.begin(context),
    flush: (context) => announcer.settle(context),
    tick: (context) => announcer.tick(context),
  }
}

/** Whether it is a bridge that may publish where Home Assistant looks for announcements: then its devices are known there from itself. */
function announcesItself(db: Database, source: string): boolean {
  const bridge = isOfBridge(source) ? bridgeCalled(db, bridgeOfSource(source)) : undefined
  return bridge !== undefined && topicsOf(bridge).some((topic) => covers(`${topic}/#`, `${DISCOVERY_PREFIX}/#`))
}
