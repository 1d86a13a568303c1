import { asError } from '../../shared/errors.ts'
import type { AdminDoor } from '../admin/admin-door.ts'
import type { Journal } from '../broker/journal.ts'
import { TrustedBroker } from '../broker/trusted-broker.ts'
import type { FrontPart } from '../contract/front-part.ts'
import type { Effect } from '../engine/input.ts'
import { Announcer } from '../front/announcer.ts'
import { BridgeSpaces } from '../front/bridge-spaces.ts'
import { Effects } from '../front/effects.ts'
import { adminDoor, brokerMemory, houseHooks } from '../front/front.ts'
import type { HouseHooks } from '../front/house-hooks.ts'
import { LiveDevices } from '../front/live-devices.ts'
import { SlowReaders } from '../health/slow-readers.ts'
import { localSocket } from '../hub-options.ts'
import type { Certificate } from '../listen/certificate.ts'
import { Listeners } from '../listen/listeners.ts'
import { SensorValues } from '../web/sensor-values.ts'
import { type Around, composeAdminDoor } from './admin-door-parts.ts'
import type { Base } from './base.ts'
import { composeFrontParts } from './front-parts.ts'
import { composeFacts } from './look-at-hub.ts'
import type { LoadedFrontPart } from './open-front-parts.ts'

/** Everything around the broker. */
export interface BrokerSide {
  hooks: HouseHooks
  door: AdminDoor
  journal: Journal
  broker: TrustedBroker
  readers: SlowReaders
  outward: Effects
  announcer: Announcer
  listeners: Listeners
  parts: FrontPart[]
  /** The latest number of every entity that has one, as it went out. */
  values: SensorValues
  socket: string
  perform(effects: Effect[]): void
  /** What others must see, from what the store knew when it was opened. */
  tellFacts(): void
}

export function composeBrokerSide(
  base: Base,
  {
    certificate,
    frontParts,
    page,
  }: { certificate: Certificate; frontParts: readonly LoadedFrontPart[]; page: Around['page'] },
): BrokerSide {
  const { options, topics, health, report, store, recorder } = base
  const { config, clock, log, version } = options
  const houses = new Map<string, string>()
  const spaces = new BridgeSpaces()
  const live = new LiveDevices(clock)
  const facts = composeFacts(base, certificate)
  const parts = composeFrontParts(base, () => ({ announcer, memory, spaces, broker }), { frontParts, facts })
  const around = () => ({ broker, outward, listeners, live, parts, pin: certificate.pin, page })
  const door = adminDoor({ store, log }, composeAdminDoor(base, around))
  const hooks = houseHooks({ topics, clock, log, store, parts, live, houses, spaces, door })
  const { memory, journal } = brokerMemory({ topics, clock, log, store, spaces })
  const readers = new SlowReaders(clock, health)
  const broker: TrustedBroker = new TrustedBroker({
    hooks,
    clock,
    log,
    persistence: memory,
    onDropped: (drop) => readers.dropped(drop),
  })
  const ended: HouseHooks['end'] = (who) => {
    hooks.end(who)
    if ('user' in who) base.tickets.end(who.user)
  }
  const housed = (device: string, house: string) => void houses.set(device, house)
  const outward: Effects = new Effects({ broker, health, housed, ended, parts, log: log.part('effects') })
  outward.hold()
  const publish = (effects: Effect[]) => outward.perform(effects)
  const announcer: Announcer = new Announcer({ topics, clock, health, version, report, perform: publish })
  const socket = localSocket(options)
  const listeners: Listeners = new Listeners({
    ...config.listen,
    socket,
    certificate,
    log,
    admit: (remote, close) => broker.admit(remote, close),
    handle: (peer, details) => broker.handle(peer, details),
  })
  const values = new SensorValues(topics)
  const perform = (effects: Effect[]) => {
    values.note(effects)
    for (const effect of effects)
      if (effect.kind === 'disconnect' && effect.reason === 'revoked') recorder.forget(effect.device)
    outward.perform(effects)
  }
  const tellFacts = () => {
    for (const [device, house] of store.facts?.houses ?? []) houses.set(device, house)
    try {
      memory.load(store.facts?.brokerChanges ?? [])
    } catch (error) {
      // Sessions that nobody remembers must not be begun anew: their messages would be gone.
      store.refuseAll('the memory of the broker cannot be read', asError(error))
    }
    outward.release()
    perform(store.facts?.effects ?? [])
  }
  const rooms = { hooks, door, journal, broker, readers, outward, announcer, listeners }
  return { ...rooms, parts, values, socket, perform, tellFacts }
}
