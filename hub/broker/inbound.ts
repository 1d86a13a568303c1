import type { BrokerLimits } from './broker-limits.ts'
import type { BrokerHooks, PublishVerdict } from './connection.ts'
import type { InboundPacket } from './inbound-packet.ts'
import type { LiveConnection } from './live-connection.ts'
import type { Done } from './ordering.ts'
import type { BrokerPersistence } from './persistence.ts'
import { PublishQueue } from './publish-queue.ts'
import type { IncomingMessages } from './session.ts'

export interface InboundOptions {
  hooks: Required<BrokerHooks>
  persistence: BrokerPersistence
  limits: BrokerLimits
  /** Hands a packet to subscribers and the retained store. */
  fanOut: (packet: InboundPacket, connection: LiveConnection | null, done: Done) => void
  /** Counts what was refused without asking a hook. */
  onRefused: (connection: LiveConnection | null, reason: string) => void
}

const CLOSED = 'the publish was refused'

/** Asks the hook about every PUBLISH and every will before Aedes acknowledges it. */
export class Inbound {
  #options: InboundOptions
  #orphans: PublishQueue<InboundPacket>

  constructor(options: InboundOptions) {
    this.#options = options
    this.#orphans = this.#queueOf(null)
  }

  /** Aedes' `authorizePublish`: `done` without an error acknowledges. */
  authorize(connection: LiveConnection | null, packet: InboundPacket, done: Done): void {
    packet.will = packet.cmd !== 'publish'
    if (packet.will) packet.dup = false
    if (packet.topic.startsWith('$SYS/')) this.#reserved(connection, packet, done)
    else if (connection === null) this.#orphans.submit(packet, done)
    else if (connection.superseded && !packet.will) done(new Error('a newer connection has this client id'))
    else {
      connection.queue ??= this.#queueOf(connection)
      connection.begin(packet.payload.length)
      if (packet.qos === 2 && !packet.will) this.#once(connection, connection.queue, { packet, done })
      else connection.queue.submit(packet, done)
    }
  }

  /** Aedes takes its own orders by `$SYS` messages, so no client may send one, whatever the hooks think. */
  #reserved(connection: LiveConnection | null, packet: InboundPacket, done: Done): void {
    this.#options.onRefused(connection, 'publish to $SYS')
    packet.verdict = 'absorb'
    done(packet.will ? new Error(CLOSED) : null)
  }

  #queueOf(connection: LiveConnection | null): PublishQueue<InboundPacket> {
    return new PublishQueue<InboundPacket>({
      ask: (packet, settle) => this.#options.hooks.publish(connection, packet, settle),
      finish(packet, verdict, done) {
        packet.verdict = verdict
        if (verdict !== 'deliver') connection?.end(packet.payload.length)
        if (verdict !== 'close') {
          done(null)
          return
        }
        if (!packet.will) connection?.close(CLOSED)
        done(new Error(CLOSED))
      },
    })
  }

  /**
   * QoS 2: a packet id whose message had its effect is answered again without asking again, until PUBREL frees it
   * [MQTT-4.3.3-2]. Aedes 1.2.0 asks again for each repetition and loses the message when its first publish failed,
   * so the effect happens here and Aedes only answers.
   */
  #once(connection: LiveConnection, queue: PublishQueue<InboundPacket>, asked: { packet: InboundPacket; done: Done }) {
    const { packet, done } = asked
    const packetId = packet.messageId ?? 0
    const messages = this.#options.persistence.incoming(connection.clientId)
    const known = messages.get(packetId)
    if (known) connection.end(packet.payload.length)
    if (known?.accepted) {
      done(null)
      return
    }
    if (known) {
      known.waiting.push(done)
      return
    }
    if (messages.size >= this.#options.limits.inflightPerClient) {
      this.#options.onRefused(connection, 'too many QoS 2 messages without PUBREL')
      connection.close('too many QoS 2 messages without PUBREL')
      done(new Error(CLOSED))
      return
    }
    messages.set(packetId, { accepted: false, journalled: false, packet: null, waiting: [] })
    queue.submit(packet, (error) => {
      if (error) this.#forget(messages, packetId, error)
      else this.#effect(connection, messages, packet)
      done(error)
    })
  }

  #effect(connection: LiveConnection, messages: IncomingMessages, packet: InboundPacket): void {
    const packetId = packet.messageId ?? 0
    this.#options.persistence.acceptIncoming(connection.clientId, messages, packetId)
    if (packet.verdict === 'deliver') {
      this.#options.fanOut(packet, connection, () => connection.end(packet.payload.length))
    }
    packet.verdict = 'absorb' satisfies PublishVerdict
    const waiting = messages.get(packetId)?.waiting.splice(0) ?? []
    for (const repeated of waiting) repeated(null)
  }

  #forget(messages: IncomingMessages, packetId: number, error: Error): void {
    const waiting = messages.get(packetId)?.waiting ?? []
    messages.delete(packetId)
    for (const repeated of waiting) repeated(error)
  }
}
