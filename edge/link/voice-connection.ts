import type { Clock } from '../../shared/clock.ts'
import { decode } from '../../shared/codec.ts'
import { LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import { RateLimitedLog } from '../../shared/log.ts'
import type { AudioFrame } from '../../shared/messages/audio-frame.ts'
import type { Session } from '../../shared/messages/session.ts'
import type { Topics } from '../../shared/topics.ts'
import { topicRow, topicsBelow } from '../../shared/topics.ts'
import type { VoiceLink } from '../hearing/turn-sender.ts'
import type { Aftermath, LinkState, Opened } from './connect-loop.ts'
import { ConnectLoop } from './connect-loop.ts'
import type { DeviceIdentity } from './device-identity.ts'
import { dial, MOVED_HINT } from './dial.ts'
import type { IncomingMessage } from './hub-connection.ts'
import { openConnection } from './hub-connection.ts'

export interface VoiceConnectionOptions {
  identity: DeviceIdentity
  addresses?: readonly string[]
  clock: Clock
  log: Log
  onSession: (session: Session) => void
  onSpeech: (speech: string, frame: AudioFrame) => void
  /** Called after every connect, when the subscriptions hold. */
  onConnected?: () => void
  /** What the main connection was told, see `ConnectLoopOptions`. */
  aftermath?: () => Aftermath | null
  random?: () => number
}

/**
 * The agent's second connection, `<device>.voice`, for sound in both directions: on the first one frames would wait
 * behind messages that the hub is still writing to its disk.
 */
export class VoiceConnection implements Service, VoiceLink {
  #options: VoiceConnectionOptions
  #topics: Topics
  #loop: ConnectLoop
  #quiet: RateLimitedLog

  constructor(options: VoiceConnectionOptions) {
    this.#options = options
    this.#topics = topicsBelow(options.identity.base)
    this.#quiet = new RateLimitedLog(options.clock, 60_000)
    const { identity, clock, log, random } = options
    this.#loop = new ConnectLoop({
      addresses: [...new Set([...(options.addresses ?? []), ...identity.addresses])],
      clock,
      log,
      open: (addresses, signal) => this.#open(addresses, signal),
      ...(options.aftermath ? { aftermath: options.aftermath } : {}),
      onState: ({ state }) => {
        if (state === 'online') options.onConnected?.()
      },
      ...(random ? { random } : {}),
    })
  }

  get state(): LinkState {
    return this.#loop.state
  }

  start(): void {
    this.#loop.start()
  }

  stop(): Promise<void> {
    return this.#loop.stop()
  }

  ready(): boolean {
    return this.#loop.connection !== null
  }

  async publish(topic: 'wake' | 'turn' | 'audio' | 'playback', payload: Buffer, turn = ''): Promise<void> {
    const connection = this.#loop.connection
    if (connection === null) throw new LaresError('unreachable', 'there is no voice connection to the hub')
    const { device } = this.#options.identity
    const full =
      topic === 'audio' ? this.#topics.build('audio', { device, turn }) : this.#topics.build(topic, { device })
    await connection.publishConfirmed(full, payload, topicRow(topic).qos)
  }

  async #open(addresses: readonly string[], signal: AbortSignal): Promise<Opened> {
    const { identity, clock } = this.#options
    const { socket, address } = await dial({ addresses, pin: identity.pin, clock, signal, unreachableHint: MOVED_HINT })
    const connection = await openConnection(
      {
        socket,
        clock,
        clientId: `${identity.device}.voice`,
        username: identity.device,
        password: identity.secret,
      },
      (message) => this.#receive(message),
    )
    try {
      const device = { device: identity.device }
      await connection.subscribe([this.#topics.build('session', device), this.#topics.filter('speech', device)])
      return { connection, address }
    } catch (error) {
      connection.drop(new Error('the voice connection could not be prepared', { cause: error }))
      throw error
    }
  }

  #receive({ topic, payload }: IncomingMessage): void {
    const { onSession, onSpeech } = this.#options
    const parsed = this.#topics.parse(topic)
    if (parsed?.name === 'session') {
      const session = decode('session', payload)
      if (session.ok) onSession(session.value)
      else this.#complain('session', session.reason)
    } else if (parsed?.name === 'speech') {
      const frame = decode('audio-frame', payload)
      if (frame.ok) onSpeech(parsed.levels.speech ?? '', frame.value)
      else this.#complain('speech', frame.reason)
    } else this.#complain(topic, 'nobody asked for it')
  }

  #complain(what: string, reason: string): void {
    if (this.#quiet.allow(what)) this.#options.log.warn({ what, reason }, 'a message of the hub was not used')
  }
}
