import './birth-input.ts'
import './link-inputs.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { covers } from '../../../shared/topics.ts'
import { readSection } from '../../contract/settings-section.ts'
import type { Context } from '../../engine/context.ts'
import { DISCOVERY_PREFIX } from '../../engine/discovery-topic.ts'
import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import { bridgeCalled, topicsOf } from '../bridges/bridge-rows.ts'
import { bridgeOfSource, isOfBridge } from '../bridges/source-of-bridge.ts'
import { openDevices } from '../devices/engine.ts'
import { AnnouncedTopics, OWN_PLACE } from './announced-topics.ts'
import { ChangedDevices } from './changed-devices.ts'
import { DiscoveryAnnouncer } from './discovery-announcer.ts'
import { FarTwins } from './far-twins.ts'
import { LinkLedger } from './link-ledger.ts'
import { HOMEASSISTANT_SETTINGS } from './settings.ts'
import { ShownDevices } from './shown-devices.ts'

/** Has Home Assistant see the devices of the house. */
export function openHomeAssistant(house: House): Feature {
  const { db, version } = house
  const { announce, houses = null, brokers } = readSection(HOMEASSISTANT_SETTINGS, house.settings)
  house.use(openDevices)
  const changed = new ChangedDevices(db)
  const topics = new AnnouncedTopics(db)
  const announcer = new DiscoveryAnnouncer({
    ...{ topics, changed, version, log: house.log },
    devices: announce ? new ShownDevices({ db, houses, isTwin: (source) => announcesItself(db, source) }) : null,
  })
  const named = new Map(Object.values(brokers).map((entry) => [entry.url, announce && entry.announce]))
  const twins = new FarTwins(db, { urls: [...named.keys()], heard: heardAt(house.settings) })
  const ledger = new LinkLedger({
    ...{ db, topics },
    announces: (url) => named.get(url) === true,
    twins: (url) => twins.at(url),
  })
  return {
    name: 'homeassistant',
    inputs: {
      homeassistant_birth(context) {
        announcer.sayAgain(context)
        return { verdict: 'stored' }
      },
      homeassistant_link: (context, { step }) => ({ verdict: 'stored', value: ledger.take(context, step) }),
    },
    start(context) {
      announcer.begin(context)
      tellLeftBehind(context, topics, named)
      context.effect({ kind: 'homeassistant_open' })
    },
    flush: (context) => announcer.settle(context),
    afterCommit: (context) => twins.tell(context),
    tick: (context) => announcer.tick(context),
  }
}

/** Brokers at which the hub hears devices of other makers, as hub.toml names them. */
function heardAt(settings: House['settings']): Readonly<Record<string, { url: string }>> {
  return (settings.makers as { brokers?: Record<string, { url: string }> } | undefined)?.brokers ?? {}
}

/** Names brokers at which something stands, and which hub.toml does not name any more. */
function tellLeftBehind(context: Context, topics: AnnouncedTopics, named: ReadonlyMap<string, boolean>): void {
  for (const { place, count } of topics.places()) {
    if (place === OWN_PLACE || named.has(place)) continue
    const message = `${count} topics of this house still stand at ${place}, which hub.toml does not name any more`
    const problem = { code: 'homeassistant_left_behind', message, weight: 'note' } as const
    context.effect({ kind: 'problem', name: `homeassistant_left:${place}`, problem })
  }
}

/** Whether it is a bridge that may publish where Home Assistant looks for announcements: then its devices are known there from itself. */
function announcesItself(db: Database, source: string): boolean {
  const bridge = isOfBridge(source) ? bridgeCalled(db, bridgeOfSource(source)) : undefined
  return bridge !== undefined && topicsOf(bridge).some((topic) => covers(`${topic}/#`, `${DISCOVERY_PREFIX}/#`))
}
