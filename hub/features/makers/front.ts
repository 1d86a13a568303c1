import './inputs.ts'
import type { Cancel } from '../../../shared/clock.ts'
import type { EntityOrder } from '../../../shared/entity-order.ts'
import { asError } from '../../../shared/errors.ts'
import type { Front, FrontPart } from '../../contract/front-part.ts'
import { readSection } from '../../contract/settings-section.ts'
import { type BridgeAtBroker, bridgeLogin } from '../../engine/bridge-at-broker.ts'
import type { StructuredInput } from '../../engine/input.ts'
import type { Load } from '../../makers/broker-session.ts'
import { DIALECTS } from '../../makers/dialects.ts'
import { MakersThread } from '../../makers/makers-thread.ts'
import type { NamedBroker } from '../../makers/makers-thread-messages.ts'
import { sourceOfBridge } from '../bridges/source-of-bridge.ts'
import { MakerCounts } from './maker-metrics.ts'
import { type BrokerEntry, MAKERS } from './settings.ts'
import { sourceAtBroker } from './source-of-broker.ts'

/** States in one transaction: others want to be served meanwhile. */
const STATES_AT_ONCE = 500
/** As often as the engine looks whether its disk takes something again. */
const AGAIN_MS = 5_000

/** The devices of other makers, beside the broker: a thread listens at the brokers that hub.toml names. */
export function openMakersFront(front: Front): FrontPart {
  const { brokers: entries } = readSection(MAKERS, front.settings)
  const named = Object.entries(entries).map(([key, entry]) => namedBroker(key, entry))
  const sources = sourcesOf(named, entries)
  let bridges: readonly BridgeAtBroker[] = []
  let isOpen = false
  let cancelNaming: Cancel = () => {}
  const counts = new MakerCounts()

  /** What the engine does not take at present is told in its health. */
  async function input(one: StructuredInput): Promise<void> {
    const { value } = await front.input(one)
    if (one.kind === 'maker_states') counts.states(one, Number(value))
  }

  function aboutSource(key: string): { dialect: string; house: string | null } | undefined {
    const bridge = bridges.find(({ name }) => sourceOfBridge(name) === key)
    return bridge ?? sources.find((source) => source.key === key)
  }

  async function take(source: string, load: Load): Promise<void> {
    const about = aboutSource(source)
    if (!about) return
    // Handed over in their order; they are on the disk together.
    await Promise.all(inputsOf(load, { source, dialect: about.dialect, house: about.house }).map(input))
  }

  const thread = new MakersThread({
    settings: { brokers: named, logLevel: front.logLevel },
    take,
    state: (source, state) => told(input({ kind: 'maker_source', source, ...state })),
    trouble: (source, reason) => told(input({ kind: 'maker_trouble', source, reason })),
    ordered({ id, source }, error) {
      counts.order(source, error === null ? 'published' : 'refused')
      told(input({ kind: 'maker_ordered', id, error }))
    },
    passedOver: (messages) => counts.passedOver(messages),
    password: (key) => front.secrets.with(entries[key] ?? {}, (secret) => secret?.toString() ?? null),
    clock: front.clock,
    log: front.log,
  })

  function told(answer: Promise<void>): void {
    answer.catch((error: unknown) =>
      front.log.warn({ error: asError(error).message }, 'a change of a source was not taken'),
    )
  }

  function listen(): void {
    const own = bridges.map((bridge) => ownBroker(bridge, front.socket))
    thread.listenAt([...named, ...own])
    // A house without them has no thread for them.
    if (isOpen && named.length + own.length > 0) thread.start()
  }

  return {
    name: 'makers',
    effects: {
      makers_bridges(effect) {
        bridges = effect.bridges
        listen()
      },
      // Nobody is listened to before there is a place for what is heard: a hub whose disk is full starts all the same.
      makers_open() {
        cancelNaming = untilTaken(front, { kind: 'maker_sources', sources })
        isOpen = true
        listen()
      },
      maker_figures: ({ figures }) => counts.note(figures),
      makers_wanted: ({ source, identities }) => thread.want(source, identities),
      maker_order: ({ id, source, uniqueId, order }) =>
        thread.order({ id, source, uniqueId, order: order as EntityOrder }),
    },
    metrics: counts.metrics,
    stop() {
      cancelNaming()
      return thread.stop()
    },
  }
}

/** Says what nobody else does until the engine takes it: what cannot be stored now may be later. */
function untilTaken(front: Front, one: StructuredInput): Cancel {
  let cancel: Cancel = () => {}
  front.input(one).catch((error: unknown) => {
    front.log.warn({ error: asError(error).message }, 'the sources of hub.toml were not taken: they are named again')
    cancel = front.clock.after(AGAIN_MS, () => {
      cancel = untilTaken(front, one)
    })
  })
  return () => cancel()
}

/** What a load is to the engine, in the order in which it has to hear it. */
function inputsOf(
  { devices, gone, whole, reach, states, dropped }: Load,
  { source, dialect, house }: { source: string; dialect: string; house: string | null },
): StructuredInput[] {
  const inputs: StructuredInput[] = []
  if (devices.length + gone.length > 0 || whole)
    inputs.push({ kind: 'maker_devices', source, dialect, house, devices, gone, whole })
  if (reach.length > 0) inputs.push({ kind: 'maker_reach', source, reach })
  for (let at = 0; at < states.length; at += STATES_AT_ONCE)
    inputs.push({ kind: 'maker_states', source, states: states.slice(at, at + STATES_AT_ONCE) })
  if (dropped > 0) inputs.push({ kind: 'maker_states', source, states: [], dropped })
  return inputs
}

function sourcesOf(named: readonly NamedBroker[], entries: Readonly<Record<string, BrokerEntry>>) {
  return named.flatMap(({ key, spoken }) =>
    spoken.map(({ source, dialect }) => ({ key: source, dialect, house: entries[key]?.house ?? null })),
  )
}

/** A dialect that the entry does not mention is spoken with its own prefix; one that is false is not. */
function namedBroker(key: string, entry: BrokerEntry): NamedBroker {
  const spoken = [...DIALECTS.values()].flatMap(({ name, prefix }) => {
    const said = entry[name as 'zigbee2mqtt' | 'tasmota' | 'homeassistant']
    return said === false
      ? []
      : [{ source: sourceAtBroker(key, name), dialect: name, prefix: said ?? prefix, own: null }]
  })
  const { url, user = null, ca = null, pin = null } = entry
  return { key, url, user, ca, pin, spoken }
}

/** The hub's own broker, for one bridge there: we come in by the local socket, may do there what the bridge may, and use its topics alone. */
function ownBroker({ name, dialect, prefix, topics: own }: BridgeAtBroker, socket: string): NamedBroker {
  const source = sourceOfBridge(name)
  return {
    key: source,
    url: `unix:${socket}`,
    user: bridgeLogin(name),
    ca: null,
    pin: null,
    spoken: [{ source, dialect, prefix, own }],
  }
}
