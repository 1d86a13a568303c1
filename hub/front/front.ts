import type { Clock } from '../../shared/clock.ts'
import { asError, LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { TopicName, Topics } from '../../shared/topics.ts'
import type { AdminDoorParts } from '../admin/admin-door.ts'
import { AdminDoor } from '../admin/admin-door.ts'
import { Journal } from '../broker/journal.ts'
import { BrokerPersistence } from '../broker/persistence.ts'
import type { FrontMessage, FrontPart, FrontTaker } from '../contract/front-part.ts'
import type { HouseStore } from '../core/house-store.ts'
import { DISCOVERY_PREFIX, houseAnnounced } from '../engine/discovery-topic.ts'
import type { Admission } from '../engine/principal.ts'
import { findAdminCommand } from '../features/commands.ts'
import type { BridgeSpaces } from './bridge-spaces.ts'
import { HouseHooks } from './house-hooks.ts'
import type { LiveDevices } from './live-devices.ts'

export interface FrontParts {
  topics: Topics
  clock: Clock
  log: Log
  store: HouseStore
  /** Whose messages the engine does not get. */
  parts: readonly FrontPart[]
  live: LiveDevices
  /** Device to house, for what may be forwarded to whom. Filled at start, and when a device is made or moves. */
  houses: Map<string, string>
  /** The topics of bridges. */
  spaces: BridgeSpaces
  door: AdminDoor
}

/** What the hub retains itself is derived from tables at start; only others' messages are kept in the database. */
export function brokerMemory({
  topics,
  clock,
  log,
  store,
  spaces,
}: Pick<FrontParts, 'topics' | 'clock' | 'log' | 'store' | 'spaces'>): {
  memory: BrokerPersistence
  journal: Journal
} {
  const base = `${topics.base}/`
  const own = (topic: string) => topic.startsWith(base) || houseAnnounced(topic) !== null
  const journal = new Journal({
    clock,
    log: log.part('broker'),
    async store(changes) {
      const { verdict, value } = await store.intake.input<{ error?: string } | undefined>({ kind: 'broker', changes })
      if (verdict === 'rejected') throw new LaresError('handler_failed', value?.error ?? 'the engine refused')
    },
  })
  const memory = new BrokerPersistence({
    clock,
    own,
    retain: (topic) => own(topic) || topic.startsWith(`${DISCOVERY_PREFIX}/`),
    // A bridge says what it retains again whenever it connects: it costs the card nothing.
    share: (topic) => spaces.of(topic)?.id ?? null,
    journal: (change) => journal.note(change),
    committed: (run) => journal.committed(run),
  })
  return { memory, journal }
}

/** The admin door, before the engine. */
export function adminDoor(
  { store, log }: Pick<FrontParts, 'store' | 'log'>,
  parts: Omit<AdminDoorParts, 'run' | 'note'>,
): AdminDoor {
  const { intake, backups } = store
  return new AdminDoor({
    ...parts,
    run(input) {
      if (findAdminCommand(input.area, input.verb)?.changes) backups.soon()
      return intake.input(input)
    },
    note: (input) =>
      intake.input(input).then(
        () => {},
        () => log.debug({}, 'a request was not noted: intake is closed'),
      ),
  })
}

/** The broker's rules, with every way a message can go on. */
export function houseHooks(parts: FrontParts): HouseHooks {
  const { store, live, houses, spaces, log, door } = parts
  const { intake } = store
  return new HouseHooks({
    topics: parts.topics,
    log: log.part('access'),
    fault: () => store.fault,
    async authenticate(credentials) {
      const { verdict, value } = await intake.input<Admission>({ kind: 'authenticate', credentials })
      // Whoever it is may be right: they come again.
      if (verdict !== 'stored') return { refuse: 3, reason: 'the hub failed to look up who this is' }
      if ('accept' in value && value.accept.kind === 'device') keepNewest(houses, value.accept)
      return value
    },
    store: (topic, payload, settle) => intake.message(topic, payload, settle),
    stored: (device, topic) => live.note(device, topic === 'heartbeat'),
    reject(device, message, settle) {
      intake.input({ kind: 'reject', device, ...message }).then(
        ({ verdict }) => settle(verdict),
        () => settle('fault'),
      )
    },
    takers: takersOf(parts.parts),
    overheard: overheardBy(parts.parts, log),
    request: (levels, message) => void door.request(levels, message),
    join({ clientId: client, key: session }, payload, settle) {
      store.backups.soon()
      intake.input({ kind: 'join', client, session, payload }).then(
        ({ verdict }) => settle(verdict),
        () => settle('fault'),
      )
    },
    presence(change) {
      intake
        .input({ kind: 'presence', ...change })
        .catch(() => log.debug({}, 'a presence was not stored: intake is closed'))
    },
    bridgePresence(change) {
      intake
        .input({ kind: 'bridge_presence', ...change })
        .catch(() => log.debug({}, 'the presence of a bridge was not stored: intake is closed'))
    },
    spaces,
    houseOf: (device) => houses.get(device) ?? null,
    heard: (message) => hearsOf(parts.parts, message, log),
  })
}

/** A login may have been judged before the device moved, and is told after it: what is known is newer. */
function keepNewest(houses: Map<string, string>, { id, house }: { id: string; house: string }): void {
  if (!houses.has(id)) houses.set(id, house)
}

/** What one of them throws is nobody else's. */
function hearsOf(parts: readonly FrontPart[], message: { topic: string; payload: Buffer }, log: Log): void {
  for (const part of parts)
    try {
      part.hears?.(message)
    } catch (error) {
      log.error({ part: part.name, error: asError(error).stack }, 'what integrations said was not heard')
    }
}

/** Throws when two parts take the same topic. */
/** Who hears messages on their way; one that fails keeps neither the others nor the message. */
function overheardBy(parts: readonly FrontPart[], log: Log): ReadonlyMap<TopicName, (message: FrontMessage) => void> {
  const hearers = new Map<TopicName, (message: FrontMessage) => void>()
  for (const { name: part, overhears } of parts)
    for (const [topic, hear] of Object.entries(overhears ?? {})) {
      const before = hearers.get(topic as TopicName)
      hearers.set(topic as TopicName, (message) => {
        before?.(message)
        try {
          hear(message)
        } catch (error) {
          log.error({ part, topic, error: asError(error).stack }, 'a message could not be heard on its way')
        }
      })
    }
  return hearers
}

function takersOf(parts: readonly FrontPart[]): ReadonlyMap<TopicName, FrontTaker> {
  const takers = new Map<TopicName, FrontTaker>()
  for (const { name, messages = {} } of parts) {
    for (const [topic, taker] of Object.entries(messages) as [TopicName, FrontTaker][]) {
      if (takers.has(topic)) throw new Error(`${name} takes ${topic}, and another part of the hub too`)
      takers.set(topic, taker)
    }
  }
  return takers
}
