import type { Clock } from '../../shared/clock.ts'
import type { Log } from '../../shared/log.ts'
import type { EdgeConfig } from '../config/schema.ts'
import type { LightState } from '../gpio/status-light.ts'
import type { Machine } from '../health/machine.ts'
import type { Outbox } from '../outbox/outbox.ts'
import { Hearing } from './hearing.ts'
import type { HubLink, HubLinkOptions } from './hub-link.ts'
import { sessionLight } from './session-light.ts'
import { Speaking } from './speaking.ts'

export interface VoiceOptions {
  config: Pick<EdgeConfig, 'microphone' | 'speaker'>
  /** Folder for the number of the running recorder. */
  runtimeFolder: string
  clock: Clock
  machine: Machine
  log: Log
  outbox: Pick<Outbox, 'event'>
  /** The voice connection; not ready until the agent has joined and the hub was reached. */
  link: Pick<HubLink, 'ready' | 'publish'>
  /** Called when `light` may be another one. */
  onLight: () => void
}

/** Hearing and speaking, each of which gives way to the other, and what the light shows of them. */
export class Voice {
  readonly hearing: Hearing
  readonly speaking: Speaking
  #onLight: () => void
  #ear: LightState = 'idle'
  #session: LightState | null = null

  constructor({ config, link, onLight, ...shared }: VoiceOptions) {
    this.#onLight = onLight
    this.hearing = new Hearing({
      ...shared,
      config: config.microphone,
      link,
      onState: (state) => this.#hears(state),
      onRefused: () => this.speaking.earcon('refused'),
    })
    this.speaking = new Speaking({
      clock: shared.clock,
      log: shared.log,
      config: config.speaker,
      publish: (topic, payload) => link.publish(topic, payload),
      onSpeaking: (on) => this.hearing.speaking(on),
    })
  }

  /** What the ear does goes before what the hub does; `null` when nobody speaks. */
  get light(): LightState | null {
    return this.#ear === 'idle' ? this.#session : this.#ear
  }

  /** What the voice connection is for; `null` for a device that neither hears nor speaks and needs none. */
  handlers(): HubLinkOptions['voice'] {
    const { hearing, speaking } = this
    if (!hearing.wanted && !speaking.wanted) return null
    return {
      onSession: (session) => {
        hearing.session(session)
        speaking.session(session)
        this.#session = sessionLight(session)
        this.#onLight()
      },
      onSpeech: (speech, frame) => speaking.frame(speech, frame),
      onConnected: () => hearing.connected(),
    }
  }

  #hears(state: LightState): void {
    this.#ear = state
    if (state === 'listening') this.speaking.silence()
    this.#onLight()
  }
}
