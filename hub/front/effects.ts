import { asError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { logBoard } from '../../shared/log-board.ts'
import type { TrustedBroker } from '../broker/trusted-broker.ts'
import type { FrontPart } from '../contract/front-part.ts'
import type { Effect, EffectKind } from '../engine/input.ts'
import type { Principal } from '../engine/principal.ts'
import type { Health } from '../health/hub-health.ts'
import type { HouseHooks } from './house-hooks.ts'

type Performer = (effect: Effect) => unknown

export interface OutwardParts {
  broker: Pick<TrustedBroker, 'publish' | 'subscribers' | 'connections'>
  health: Pick<Health, 'raise' | 'clear'>
  /** A device is new, or has another house. */
  housed: (device: string, house: string) => void
  /** Rights of somebody changed. */
  ended: Pick<HouseHooks, 'end'>['end']
  /** Whose effects are performed beside the hub's own. Throws when two perform the same kind. */
  parts: readonly Pick<FrontPart, 'name' | 'effects'>[]
  log: Log
}

/** Does what the engine asked for after a commit. Each at most once; one that fails is logged and does not stop the others. */
export class Effects {
  #broker: OutwardParts['broker']
  #health: OutwardParts['health']
  #housed: OutwardParts['housed']
  #ended: OutwardParts['ended']
  #log: Log
  #performers = new Map<EffectKind, Performer>()
  #silent = false
  /** What is to be published before there is a broker; `null`: there is one. */
  #held: Effect[] | null = null

  constructor({ broker, health, housed, ended, parts, log }: OutwardParts) {
    this.#broker = broker
    this.#health = health
    this.#housed = housed
    this.#ended = ended
    this.#log = log
    for (const { effects } of [this.#own(), ...parts])
      for (const [kind, performer] of Object.entries(effects ?? {}))
        this.#add(kind as EffectKind, performer as Performer)
  }

  perform(effects: Effect[]): void {
    for (const effect of effects) {
      try {
        this.#one(effect)
      } catch (error) {
        this.#log.error({ effect: effect.kind, error: asError(error).stack }, 'an effect failed; the others are done')
      }
    }
  }

  /**
   * Publishes nothing yet: a store that makes room on a full disk works before the broker runs, and one message that the broker cannot keep
   * would have all later ones wait for it.
   */
  hold(): void {
    this.#held ??= []
  }

  /** Publishes what was held, and everything from now on. */
  release(): void {
    const held = this.#held ?? []
    this.#held = null
    this.perform(held)
  }

  /** Publishes nothing more: the broker closes its connections, and what others must know is derived anew at start. */
  silence(): void {
    this.#silent = true
  }

  #one(effect: Effect): void {
    const performer = this.#performers.get(effect.kind)
    if (!performer) throw new Error(`nothing in this hub performs an effect of the kind ${effect.kind}`)
    Promise.resolve(performer(effect)).catch((error: unknown) =>
      this.#log.warn({ effect: effect.kind, error: asError(error).message }, 'an effect failed'),
    )
  }

  #add(kind: EffectKind, performer: Performer): void {
    if (this.#performers.has(kind)) throw new Error(`two parts of the hub perform ${kind}`)
    this.#performers.set(kind, performer)
  }

  /** What every hub performs. */
  #own(): Pick<FrontPart, 'effects'> {
    return {
      effects: {
        publish: (effect) => {
          if (this.#held !== null) {
            this.#held.push(effect)
            return
          }
          // Nobody reads most acks of plain devices: a message without a reader and without a trace is not sent.
          if (this.#silent || !(effect.retain || this.#broker.subscribers(effect.topic))) return
          const { encoding, ...message } = effect
          const payload = encoding === undefined ? message.payload : Buffer.from(message.payload, encoding)
          return this.#broker.publish({ ...message, payload })
        },
        device_house: ({ device, house }) => this.#housed(device, house),
        disconnect: ({ device, reason }) => {
          this.#ended({ device })
          this.#close((principal) => principal.kind === 'device' && principal.id === device, reason)
        },
        disconnect_user: ({ user, token, reason }) => {
          this.#ended({ user })
          this.#close(
            (principal) =>
              'user' in principal && principal.user === user && (token === undefined || principal.token === token),
            reason,
          )
        },
        disconnect_bridge: ({ bridge, reason }) => {
          this.#ended({ bridge })
          this.#close((principal) => principal.kind === 'bridge' && principal.id === bridge, reason)
        },
        problem: ({ name, problem }) => {
          if (problem === null) this.#health.clear(name)
          else {
            const { code, message, hint, weight = 'attention' } = problem
            this.#health.raise(name, code, message, { hint, weight })
          }
        },
        log_level: ({ part, level }) => logBoard.set(part, level),
      },
    }
  }

  #close(whose: (principal: Principal) => boolean, reason: string): void {
    for (const connection of [...this.#broker.connections()]) {
      if (whose(connection.principal as Principal)) connection.close(reason)
    }
  }
}
