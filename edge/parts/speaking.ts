import type { Clock } from '../../shared/clock.ts'
import { encode } from '../../shared/codec.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import type { AudioFrame } from '../../shared/messages/audio-frame.ts'
import type { Session } from '../../shared/messages/session.ts'
import type { EdgeConfig } from '../config/schema.ts'
import type { EarconName } from '../speaking/earcon.ts'
import { Player } from '../speaking/player.ts'

export interface SpeakingOptions {
  config: EdgeConfig['speaker']
  clock: Clock
  log: Log
  /** Publishes over the voice connection; rejects when there is none. */
  publish: (topic: 'playback', payload: Buffer) => Promise<void>
  /** Whether something sounds now, for the ear. */
  onSpeaking: (on: boolean) => void
}

/** Plays what the hub says, and tells it how much was heard. Without a speaker it does nothing. */
export class Speaking implements Service {
  #options: SpeakingOptions
  #player: Player | null = null
  #reason: string | null = null
  #volume: number | null = null

  constructor(options: SpeakingOptions) {
    this.#options = options
  }

  /** Whether this agent is meant to speak. */
  get wanted(): boolean {
    return this.#options.config.enabled
  }

  /** What is wrong with the speaker, or `null`. */
  get reason(): string | null {
    return this.#reason
  }

  start(): void {
    const { config, clock, log, publish, onSpeaking } = this.#options
    if (!config.enabled) return
    this.#player = new Player({
      device: config.device,
      clock,
      log,
      onPlayback(message) {
        publish('playback', encode('playback', message)).catch((error: unknown) => {
          // the hub closes the turn by itself when it hears nothing of it
          log.debug({ error: String(error) }, 'the hub was not told of the playback')
        })
      },
      onState: ({ reason }) => {
        this.#reason = reason
      },
      onSpeaking,
    })
    this.#player.setVolume(this.#volume)
    this.#player.start()
  }

  async stop(): Promise<void> {
    const player = this.#player
    this.#player = null
    await player?.stop()
  }

  /** How loud it speaks, 0 to 100; `null`: as loud as it comes. May be said before it starts. */
  setVolume(volume: number | null): void {
    this.#volume = volume
    this.#player?.setVolume(volume)
  }

  session({ step, speech }: Session): void {
    if (step === 'speaking' && speech) this.#player?.begin(speech.id, speech.rate)
    else if (step === 'ended' || step === 'stand_down') this.#player?.silence()
  }

  frame(speech: string, frame: AudioFrame): void {
    this.#player?.frame(speech, frame)
  }

  /** Somebody speaks: the reply stops. */
  silence(): void {
    this.#player?.silence()
  }

  earcon(name: EarconName): void {
    this.#player?.earcon(name)
  }
}
