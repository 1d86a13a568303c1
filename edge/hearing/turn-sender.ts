import { Backoff } from '../../shared/backoff.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { encode } from '../../shared/codec.ts'
import { TURN_MAX_MS } from '../../shared/limits.ts'
import type { Session } from '../../shared/messages/session.ts'
import type { Turn } from '../../shared/messages/turn.ts'
import type { Wake } from '../../shared/messages/wake.ts'
import type { TurnSink } from './ear.ts'

/** What a turn needs of the voice connection. */
export interface VoiceLink {
  ready(): boolean
  /**
   * Publishes below the device's own topic. Resolves with the PUBACK (`wake`, `turn`: QoS 1) or when the bytes were
   * handed to the socket (`audio`: QoS 0); rejects when the connection was lost before. `turn` is the level of `audio`.
   */
  publish(topic: 'wake' | 'turn' | 'audio', payload: Buffer, turn?: string): Promise<void>
}

export interface TurnSenderOptions {
  clock: Clock
  link: VoiceLink
  /** A turn whose end the hub did not confirm in ten minutes. Its sound may be lost. */
  onGivenUp?(turn: string): void
  random?: () => number
}

/** The end is repeated after this; the hub stores within a second when it can. */
const REPEAT = { firstMs: 2_000, capMs: 30_000 }
/** An end that nobody confirmed is forgotten after as long as a turn may last. */
const GIVE_UP_MS = TURN_MAX_MS

interface Sending {
  start: Buffer
  startAcknowledged: boolean
  end: Buffer | null
  endedAt: number
  backoff: Backoff
  cancel: Cancel
}

/**
 * Sends turns so that the hub knows of each begin and each end: the start until its PUBACK, the end again and again
 * until the hub says `stored`. Both are idempotent by (turn, phase). Sound is sent once; what is lost of it shows in
 * the count and the checksum of the end.
 */
export class TurnSender implements TurnSink {
  #options: TurnSenderOptions
  #turns = new Map<string, Sending>()

  constructor(options: TurnSenderOptions) {
    this.#options = options
  }

  /** Turns whose end is not confirmed yet, and the one under way. */
  get unconfirmed(): number {
    return this.#turns.size
  }

  ready(): boolean {
    return this.#options.link.ready()
  }

  wake(message: Wake): void {
    // a wake is worth something only now: it neither waits nor is repeated
    if (!this.#options.link.ready()) return
    this.#publish('wake', encode('wake', message)).catch(ignoreLoss)
  }

  start(message: Turn): void {
    const { random } = this.#options
    const sending: Sending = {
      start: encode('turn', message),
      startAcknowledged: false,
      end: null,
      endedAt: 0,
      backoff: new Backoff({ ...REPEAT, ...(random ? { random } : {}) }),
      cancel: () => {},
    }
    this.#turns.set(message.turn, sending)
    this.#send(message.turn, sending)
  }

  frame(turn: string, bytes: Buffer): void {
    // sound that waited for a connection is worth nothing, and MQTT clients keep it
    if (!this.#options.link.ready()) return
    this.#publish('audio', bytes, turn).catch(ignoreLoss)
  }

  end(message: Turn): void {
    const sending = this.#turns.get(message.turn)
    if (!sending) return
    sending.end = encode('turn', message)
    sending.endedAt = this.#options.clock.mono()
    sending.backoff.reset()
    this.#send(message.turn, sending)
  }

  /** What the hub says about a session: `stored` is the only word that ends the repeating. */
  session(message: Session): void {
    if (message.step === 'stored' && message.turn !== null) this.#forget(message.turn)
  }

  /** The voice connection is back: what waits is sent now, not at its next time. */
  connected(): void {
    for (const [turn, sending] of this.#turns) {
      sending.backoff.reset()
      this.#send(turn, sending)
    }
  }

  /** Forgets everything, as at the agent's end. The hub closes a turn without an end by itself. */
  stop(): void {
    for (const turn of [...this.#turns.keys()]) this.#forget(turn)
  }

  #send(turn: string, sending: Sending): void {
    const { clock, link } = this.#options
    sending.cancel()
    if (sending.end && clock.mono() - sending.endedAt >= GIVE_UP_MS) {
      this.#forget(turn)
      this.#options.onGivenUp?.(turn)
      return
    }
    if (link.ready()) {
      if (!sending.startAcknowledged)
        this.#publish('turn', sending.start).then(() => {
          sending.startAcknowledged = true
        }, ignoreLoss)
      if (sending.end) this.#publish('turn', sending.end).catch(ignoreLoss)
    }
    sending.cancel = clock.after(sending.backoff.next(), () => {
      if (sending.end || !sending.startAcknowledged) this.#send(turn, sending)
    })
  }

  #forget(turn: string): void {
    this.#turns.get(turn)?.cancel()
    this.#turns.delete(turn)
  }

  /** A link that throws is a link that lost it. */
  async #publish(topic: 'wake' | 'turn' | 'audio', payload: Buffer, turn?: string): Promise<void> {
    await (turn === undefined
      ? this.#options.link.publish(topic, payload)
      : this.#options.link.publish(topic, payload, turn))
  }
}

function ignoreLoss(): void {
  // the repetition answers for `turn`, the checksum of the end for `audio`; the connection itself reports its loss
}
