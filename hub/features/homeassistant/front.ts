import './birth-input.ts'
import './link-inputs.ts'
import type { Cancel } from '../../../shared/clock.ts'
import { asError } from '../../../shared/errors.ts'
import type { Front, FrontPart } from '../../contract/front-part.ts'
import { readSection } from '../../contract/settings-section.ts'
import { DISCOVERY_PREFIX } from '../../engine/discovery-topic.ts'
import { LinksThread } from '../../links/links-thread.ts'
import type { NamedLink } from '../../links/links-thread-messages.ts'
import type { BrokerState } from '../../makers/existing-broker.ts'
import { programLogin } from '../users/program-login.ts'
import { HOMEASSISTANT_SETTINGS, type LinkEntry } from './settings.ts'

/** home-assistant.io, "MQTT", "Birth and last will messages". */
const BIRTH = { topic: `${DISCOVERY_PREFIX}/status`, payload: 'online' }
/** A broker that restarts is nobody's trouble. */
const PASSING_MS = 300_000

/** Home Assistant beside the broker: at the hub's own, and a thread that shows the house at those that hub.toml names. */
export function openHomeAssistantFront(front: Front): FrontPart {
  const { announce, brokers } = readSection(HOMEASSISTANT_SETTINGS, front.settings)
  const links = Object.entries(brokers).map(([key, entry]) => namedLink(key, entry, announce))
  const troubles = new LinkTroubles(front, brokers)
  const thread = new LinksThread({
    settings: { links, socket: front.socket, base: front.topics.base, logLevel: front.logLevel },
    async ledger(step) {
      const { value } = await front.input({ kind: 'homeassistant_link', step })
      return value
    },
    password: (key) => front.secrets.with(brokers[key] ?? {}, (secret) => secret?.toString() ?? null),
    state: (key, side, state) => troubles.note(key, side, state),
    clock: front.clock,
    log: front.log,
  })
  return {
    name: 'homeassistant',
    hears({ topic, payload }) {
      if (topic !== BIRTH.topic || payload.toString() !== BIRTH.payload) return
      front
        .input({ kind: 'homeassistant_birth' })
        .catch((error: unknown) =>
          front.log.warn({ error: asError(error).message }, 'Home Assistant came, and is told nothing again'),
        )
    },
    effects: {
      // Nobody is connected before there is a ledger.
      homeassistant_open: () => {
        if (links.length > 0) thread.start()
      },
      homeassistant_twins: ({ url, devices }) => thread.haveTwins(url, devices),
    },
    stop() {
      troubles.stop()
      return thread.stop()
    },
  }
}

/** Tells the hub's health which of these brokers cannot be used. */
class LinkTroubles {
  #front: Pick<Front, 'health' | 'clock'>
  #brokers: Readonly<Record<string, LinkEntry>>
  #waiting = new Map<string, Cancel>()

  constructor(front: Pick<Front, 'health' | 'clock'>, brokers: Readonly<Record<string, LinkEntry>>) {
    this.#front = front
    this.#brokers = brokers
  }

  note(key: string, side: 'near' | 'far', { online, reason, refuses }: BrokerState): void {
    const { health, clock } = this.#front
    const name = `homeassistant_${side}:${key}`
    this.#waiting.get(name)?.()
    this.#waiting.delete(name)
    if (online) {
      health.clear(name)
      return
    }
    const why = reason ?? 'it says nothing'
    if (side === 'near') {
      // The hub's own broker is not away: it is just not open yet, or does not take the program.
      const program = this.#brokers[key]?.program ?? ''
      const message = `the broker ${key} is shown nothing: the program ${program} cannot log in`
      if (refuses) health.raise(name, 'homeassistant_program_refused', message)
      return
    }
    if (refuses) health.raise(name, 'homeassistant_broker_refuses', `the broker ${key} cannot be used: ${why}`)
    else
      this.#waiting.set(
        name,
        clock.after(PASSING_MS, () =>
          health.raise(
            name,
            'homeassistant_broker_away',
            `the broker ${key}, at which the house is shown, is away: ${why}`,
          ),
        ),
      )
  }

  stop(): void {
    for (const cancel of this.#waiting.values()) cancel()
  }
}

function namedLink(key: string, entry: LinkEntry, announce: boolean): NamedLink {
  const { url, user = null, ca = null, pin = null, prefix, program } = entry
  return { key, url, user, ca, pin, prefix, login: programLogin(program), announce: announce && entry.announce }
}
