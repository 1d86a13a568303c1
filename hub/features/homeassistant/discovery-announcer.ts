import { asError } from '../../../shared/errors.ts'
import type { Log } from '../../../shared/log.ts'
import { isDiskFault } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import { discoveryTopic } from '../../engine/discovery-topic.ts'
import { StatePace } from '../../makers/state-pace.ts'
import { type AnnouncedTopics, OWN_PLACE, partsAfter } from './announced-topics.ts'
import type { ChangedDevices } from './changed-devices.ts'
import { componentsOf, discoveryConfig, type Parts } from './discovery-config.ts'
import type { ShownDevice } from './shown-device.ts'
import type { ShownDevices } from './shown-devices.ts'

export interface DiscoveryAnnouncerParts {
  topics: AnnouncedTopics
  changed: ChangedDevices
  /** `null`: nothing is announced at the hub's own broker. */
  devices: ShownDevices | null
  version: string
  log: Pick<Log, 'error'>
}

/** Each device is an announcement of some 100 kB at most times: others want to be served meanwhile. */
const PACE = { atOnce: 20, perSecond: 20 }
/** Home Assistant gives what is announced again at once another name: it needs a moment to forget the one before. */
const FORGETTING_MS = 3_000
/** Somebody who says every moment that they are there again is told once. */
const AGAIN_MS = 10_000

/**
 * Announces the devices of the house to Home Assistant at the hub's own broker, and takes back what is gone. What is on the ledger
 * is written before it is published, in the transaction that changes the device.
 */
export class DiscoveryAnnouncer {
  #parts: DiscoveryAnnouncerParts
  #pace = new StatePace()
  /** What stands on each topic, as it was committed. */
  #told = new Map<string, string>()
  /** Topics that are to be said again, whether or not they are otherwise. */
  #again = new Set<string>()
  #saidAgain = Number.NEGATIVE_INFINITY
  /** Devices that are announced anew, and since when they are not. */
  #waiting = new Map<string, number>()

  constructor(parts: DiscoveryAnnouncerParts) {
    this.#parts = parts
  }

  /** The broker has nothing of it: everything is said, and what is gone is taken back. */
  begin(context: Context): void {
    const { topics, changed } = this.#parts
    this.#told.clear()
    this.#waiting.clear()
    topics.forgetEmptied(OWN_PLACE, context.now)
    changed.noteAll()
    for (const { device } of topics.at(OWN_PLACE)) changed.note(device)
  }

  /** Home Assistant is there again: it is told everything, and what is gone, a part in each second. */
  sayAgain({ mono }: Pick<Context, 'mono'>): void {
    const now = mono ?? 0
    if (now - this.#saidAgain < AGAIN_MS) return
    this.#saidAgain = now
    for (const { topic } of this.#parts.topics.at(OWN_PLACE)) this.#again.add(topic)
  }

  /** Looks at devices that changed, as many as may be now. */
  settle(context: Context): void {
    const now = context.mono ?? 0
    for (let device = this.#next(now); device !== null; device = this.#next(now)) {
      try {
        this.#announce(context, device)
      } catch (error) {
        if (isDiskFault(error)) throw error
        // What another program wrote into one row holds up neither the others nor what the house is told.
        this.#parts.log.error(
          { device, error: asError(error).stack },
          'a device could not be announced; the others are',
        )
      }
    }
  }

  tick(context: Context): void {
    const now = context.mono ?? 0
    for (const [device, since] of this.#waiting) if (now - since >= FORGETTING_MS) this.#parts.changed.note(device)
    for (const topic of this.#again) {
      const told = this.#told.get(topic)
      if (told !== undefined) {
        if (!this.#pace.take(now, PACE)) return
        this.#publish(context, topic, told)
      }
      // What was not told since the start is on its way.
      context.committed(() => this.#again.delete(topic))
    }
  }

  #next(now: number): string | null {
    return this.#pace.has(now, PACE) ? this.#taken(now) : null
  }

  #taken(now: number): string | null {
    const device = this.#parts.changed.take()
    if (device !== null) this.#pace.take(now, PACE)
    return device
  }

  #announce(context: Context, id: string): void {
    const { topics, devices, version } = this.#parts
    const device = devices?.find(id) ?? null
    const parts = device === null ? {} : componentsOf(device, context)
    const wanted = device === null || Object.keys(parts).length === 0 ? null : topicOf(device)
    const before = topics.of(OWN_PLACE, id)
    let isForgotten = false
    for (const one of before) {
      if (one.topic === wanted) continue
      // What was emptied before a start is empty, and nobody heard that.
      if (topics.empty(one, context.now) || !this.#told.has(one.topic)) this.#publish(context, one.topic, '')
      isForgotten ||= one.emptied_at === null
    }
    if (device === null || wanted === null) return
    const known = before.find(({ topic }) => topic === wanted)
    if (isForgotten || isRecent(known?.emptied_at ?? null, context.now)) this.#waiting.set(id, context.mono ?? 0)
    if (this.#isWaiting(context, id)) return
    this.#tell(context, { device, topic: wanted, parts, known, version })
  }

  #isWaiting(context: Context, id: string): boolean {
    const since = this.#waiting.get(id)
    if (since === undefined) return false
    if ((context.mono ?? 0) - since < FORGETTING_MS) return true
    context.committed(() => this.#waiting.delete(id))
    return false
  }

  #tell(
    context: Context,
    what: {
      device: ShownDevice
      topic: string
      parts: Parts
      known: Parameters<typeof partsAfter>[0]
      version: string
    },
  ): void {
    const { device, topic, parts, known, version } = what
    const after = partsAfter(known, parts, context.now)
    const takenBack = Object.entries(after.takenBack).map(([part, { platform }]) => [part, { platform }])
    const config = discoveryConfig(device, { ...parts, ...Object.fromEntries(takenBack) }, { ...context, version })
    this.#parts.topics.put({ place: OWN_PLACE, topic, device: device.id, ...after }, context.now)
    if (this.#told.get(topic) !== config) this.#publish(context, topic, config)
  }

  #publish(context: Context, topic: string, payload: string): void {
    context.effect({ kind: 'publish', topic, payload, qos: 1, retain: true })
    context.committed(() => this.#told.set(topic, payload))
  }
}

/** A clock that went back says nothing. */
function isRecent(at: number | null, now: number): boolean {
  return at !== null && now >= at && now - at < FORGETTING_MS
}

function topicOf({ house, id }: ShownDevice): string | null {
  return discoveryTopic({ house, device: id })
}
