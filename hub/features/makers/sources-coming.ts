import type { BridgeAtBroker } from '../../engine/bridge-at-broker.ts'
import type { Context } from '../../engine/context.ts'
import type { InputOf } from '../../engine/input.ts'
import type { Bridges } from '../bridges/engine.ts'
import { isOfBridge, sourceOfBridge } from '../bridges/source-of-bridge.ts'
import type { MakerReach } from './maker-reach.ts'
import type { MakerRows } from './maker-rows.ts'
import type { MakerSource, MakerSources } from './maker-sources.ts'

/** What hub.toml does not name any more, and a bridge that a person removed. */
const NOT_NAMED = 'hub.toml does not name it any more'
const REMOVED = 'its bridge was removed'
const NOT_CONNECTED = 'it is not connected: does it run, and with the password of lares bridges add?'
/** After a start of the hub its bridges are given this long to come back before it is told that they are away. */
const COMING_BACK_MS = 60_000

type Named = InputOf<'maker_sources'>['sources'][number]
interface Heard {
  online: boolean
  reason: string | null
}

export interface SourcesComingParts {
  sources: MakerSources
  reach: MakerReach
  bridges: Pick<Bridges, 'all' | 'isConnected'>
  rows: MakerRows
  /** `null`: there is no such device. */
  houseOf(device: string): string | null
}

/**
 * Sources that come and go: one event each time, however many devices come and go with them. A broker of somebody else is there while
 * the hub is connected to it, a bridge while it is connected to the hub.
 */
export class SourcesComing {
  #sources: MakerSources
  #reach: MakerReach
  #bridges: SourcesComingParts['bridges']
  #rows: MakerRows
  #houseOf: SourcesComingParts['houseOf']
  /** Those that hub.toml names; `null`: it was not read yet. */
  #named: readonly Named[] | null = null
  /** Whether bridges are listened to, by source. */
  #heard = new Map<string, Heard>()
  /** Since when bridges may come back; `null`: they had their time. */
  #startedAt: number | null = null
  /** Bridges that have come since the start. */
  #came = new Set<string>()

  constructor({ sources, reach, bridges, rows, houseOf }: SourcesComingParts) {
    this.#rows = rows
    this.#houseOf = houseOf
    this.#sources = sources
    this.#reach = reach
    this.#bridges = bridges
  }

  /** The hub begins: nobody was heard yet. */
  begin({ now }: Context): void {
    this.#heard.clear()
    this.#came.clear()
    this.#startedAt = now
  }

  /** Those that hub.toml names. Others keep their devices, which are offline until they are named again. */
  name(context: Context, { sources }: InputOf<'maker_sources'>): void {
    this.#named = sources
    this.#nameAll(context)
  }

  /** There are other bridges, or one came or went. */
  bridgesChanged(context: Context): void {
    if (this.#named === null) return
    this.#nameAll(context)
    for (const bridge of this.#bridges.all()) this.#showBridge(context, bridge)
  }

  show(context: Context, { source: key, online, reason }: InputOf<'maker_source'>): void {
    if (!isOfBridge(key)) {
      this.#show(context, key, { online, reason })
      return
    }
    this.#heard.set(key, { online, reason })
    const bridge = this.#bridges.all().find(({ name }) => sourceOfBridge(name) === key)
    if (bridge) this.#showBridge(context, bridge)
  }

  tick(context: Context): void {
    if (this.#startedAt === null || Math.abs(context.now - this.#startedAt) < COMING_BACK_MS) return
    this.#startedAt = null
    for (const bridge of this.#bridges.all()) this.#showBridge(context, bridge)
  }

  #nameAll(context: Context): void {
    const ofBridges = this.#bridges
      .all()
      .map(({ name, dialect, house }) => ({ key: sourceOfBridge(name), dialect, house }))
    const named = [...(this.#named ?? []), ...ofBridges]
    for (const source of named) {
      const { key } = source
      const before = this.#sources.find(key)
      const { house_id } = this.#sources.know(context, source)
      if (before && before.house_id !== house_id && (before.house_id !== null || isOfBridge(key)))
        this.#leaveHouse(context, before, house_id)
      this.#sources.name(context, key, true)
    }
    const keys = new Set(named.map(({ key }) => key))
    for (const key of this.#sources.keys()) if (!keys.has(key)) this.#forget(context, key)
  }

  /** Its new house learns nothing of what the one before had, and has nothing to do with the devices that are still in that one. */
  #leaveHouse(context: Context, { key, house_id: before }: MakerSource, house: string | null): void {
    for (const row of this.#rows.ofSource(key)) {
      const { id, device_id } = row
      if (device_id !== null && this.#houseOf(device_id) === house) continue
      this.#reach.left(context, row, false)
      this.#rows.remove(id)
      // What is announced in the new house under the same ids is another thing.
      if (device_id !== null)
        context.db
          .prepare('UPDATE OR IGNORE device_entities SET source = ?, updated_at = ? WHERE device_id = ? AND source = ?')
          .run(`${key} ${before ?? 'left'}`, context.now, device_id, key)
    }
    context.changed()
  }

  /** A bridge is there while it is connected and the hub listens to it. */
  #showBridge(context: Context, { id, name }: BridgeAtBroker): void {
    const key = sourceOfBridge(name)
    const heard = this.#heard.get(key)
    const isConnected = this.#bridges.isConnected(id)
    if (isConnected) this.#came.add(id)
    const hasTime = this.#startedAt !== null && !this.#came.has(id)
    // At a start the hub may listen a moment before there is something to listen to.
    if (heard?.online === false && !hasTime) this.#show(context, key, heard)
    else if (isConnected && heard) this.#show(context, key, { online: true, reason: null })
    // One that never logged in is not away.
    else if (!isConnected && !hasTime && this.#sources.find(key)?.is_online !== null)
      this.#show(context, key, { online: false, reason: NOT_CONNECTED })
  }

  #show(context: Context, key: string, { online, reason }: Heard): void {
    const before = this.#sources.find(key)
    if (!before || (before.is_online === online && isOfBridge(key))) return
    this.#sources.show(context, key, { online, reason: online ? null : reason })
    const devices = this.#reach.follow(context, key)
    // That it is there is no news of one that was never away.
    if (before.is_online === online || (before.is_online === null && online)) return
    context.addEvent({
      type: online ? 'maker_source_back' : 'maker_source_away',
      ...(before.house_id === null ? {} : { house: before.house_id }),
      description: online ? `${key} can be reached again.` : `${key} cannot be reached: ${reason ?? 'it is away'}.`,
      data: { source: key, reason, devices },
    })
  }

  #forget(context: Context, key: string): void {
    if (this.#sources.find(key)?.is_named === false) return
    this.#sources.name(context, key, false)
    this.#sources.show(context, key, { online: false, reason: isOfBridge(key) ? REMOVED : NOT_NAMED })
    this.#reach.follow(context, key)
  }
}
