import { overlaps } from '../../shared/topics.ts'
import { type BridgeAtBroker, bridgeOwner, isBridgeOwner } from '../engine/bridge-at-broker.ts'
import { type HouseRights, housesWhere } from '../engine/house-rights.ts'
import type { Principal } from '../engine/principal.ts'

/** What a person must have in a bridge's house to read what it publishes, and to announce something beside it. */
const READS = { area: 'devices', right: 'see' } as const
const ANNOUNCES = { area: 'makers', right: 'configure' } as const

/**
 * The topics of bridges that log in at this broker. Everything below a prefix is one bridge's and its house's: it alone publishes
 * there, with the hub, and people of the house read it.
 */
export class BridgeSpaces {
  #bridges: readonly BridgeAtBroker[] = []
  #byPrefix = new Map<string, BridgeAtBroker>()

  /** These are all from now on. Returns those that are no more, or have other topics, with what of these they have left. */
  set(bridges: readonly BridgeAtBroker[]): { id: string; left: string[] }[] {
    const now = new Map(bridges.map(({ id, topics }) => [id, topics]))
    const gone = this.#bridges.filter(({ id, topics }) => now.get(id)?.join('\n') !== topics.join('\n'))
    this.#bridges = bridges
    this.#byPrefix = new Map(bridges.flatMap((bridge) => bridge.topics.map((prefix) => [prefix, bridge])))
    return gone.map(({ id, topics }) => ({ id, left: topics.filter((prefix) => !now.get(id)?.includes(prefix)) }))
  }

  /** Whether a principal is a bridge that is no more. */
  isGone(owner: string): boolean {
    return isBridgeOwner(owner) && !this.#bridges.some(({ id }) => bridgeOwner(id) === owner)
  }

  /** Whose topic it is; `null`: no bridge's. */
  of(topic: string): BridgeAtBroker | null {
    if (this.#byPrefix.size === 0) return null
    for (let end = topic.indexOf('/'); end !== -1; end = topic.indexOf('/', end + 1)) {
      const bridge = this.#byPrefix.get(topic.substring(0, end))
      if (bridge) return bridge
    }
    return this.#byPrefix.get(topic) ?? null
  }

  /**
   * Whether it may publish on a topic of this bridge. An integration may where its person decides about the house: Home Assistant goes
   * on telling Zigbee2MQTT what to do at a broker that is ours now.
   */
  mayPublish(principal: Principal, bridge: BridgeAtBroker): boolean {
    if (principal.kind === 'bridge') return principal.id === bridge.id
    if (principal.kind === 'integration') return has(principal.rights, bridge.house, ANNOUNCES)
    return principal.kind === 'local'
  }

  mayRead(principal: Principal, bridge: BridgeAtBroker): boolean {
    if (principal.kind === 'bridge') return principal.id === bridge.id
    if ('rights' in principal) return has(principal.rights, bridge.house, READS)
    return principal.kind === 'local'
  }

  /** Whether a filter can bring it something of any bridge; what it brings is decided for each delivery. */
  brings(principal: Principal, filter: string): boolean {
    return this.#bridges.some(
      (bridge) => this.mayRead(principal, bridge) && bridge.topics.some((prefix) => overlaps(`${prefix}/#`, filter)),
    )
  }
}

function has(rights: HouseRights, house: string, needed: Parameters<typeof housesWhere>[1]): boolean {
  return housesWhere(rights, needed)?.includes(house) ?? true
}
