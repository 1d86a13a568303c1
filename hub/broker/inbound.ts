import type { BrokerLimits } from './broker-limits.ts'
import type { BrokerHooks, PublishVerdict } from './connection.ts'
import type { InboundPacket } from './inbound-packet.ts'
import type { LiveConnection } from './live-connection.ts'
import type { Done } from './ordering.ts'
import type { BrokerPersistence } from './persistence.ts'
import { PublishQueue } from './publish-queue.ts'

export interface InboundOptions {
  hooks: Required<BrokerHooks>
  persistence: BrokerPersistence
  limits: BrokerLimits
  /** Hands a packet to the retained store, to queues and to subscribers. */
  fanOut: (packet: InboundPacket, connection: LiveConnection | null, told: FanOut) => void
  /** Counts what was refused without asking a hook. */
  onRefused: (connection: LiveConnection | null, reason: string) => void
}

export interface FanOut {
  /** The packet is retained and in the queues of those who are away, in memory. */
  placed: Done
  /** Every reader that keeps up has it. */
  delivered: Done
}

const CLOSED = 'the publish was refused'

/**
 * Asks the hook about every PUBLISH and every will, gives it its effect and waits until what the effect left behind is on
 * disk, before Aedes acknowledges it. Aedes 1.2.0 alone acknowledges QoS 1 first. Aedes only answers: it gets the packet
 * with the verdict `absorb`.
 */
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
    settled(connection, packet)
    done(packet.will ? new Error(CLOSED) : null)
  }

  #queueOf(connection: LiveConnection | null): PublishQueue<InboundPacket> {
    return new PublishQueue<InboundPacket>({
      ask: (packet, settle) => this.#options.hooks.publish(connection, packet, settle),
      hasEffect: (packet, verdict) => verdict === 'deliver' || packet.qos === 2,
      apply: (packet, verdict, applied) => this.#apply(connection, { packet, verdict, applied }),
      finish(packet, verdict, done) {
        if (verdict !== 'close') {
          // One that was delivered is at work until its readers have it.
          if (packet.verdict !== 'deliver') notDelivered(connection, packet)
          packet.verdict = 'absorb'
          done(null)
          return
        }
        if (packet.verdict !== 'deliver') notDelivered(connection, packet)
        packet.verdict = 'close'
        if (!packet.will) connection?.close(CLOSED)
        done(new Error(CLOSED))
      },
    })
  }

  #apply(connection: LiveConnection | null, given: Given): void {
    const { packet, verdict, applied } = given
    const { persistence, fanOut } = this.#options
    packet.verdict = verdict
    if (packet.qos === 2 && !packet.will && connection) {
      const messages = persistence.incoming(connection.key)
      persistence.acceptIncoming(connection.key, messages, packet.messageId ?? 0)
    }
    if (verdict !== 'deliver') {
      persistence.committed(applied)
      return
    }
    const bytes = packet.payload.length
    let open = 2
    const part = () => {
      open -= 1
      if (open === 0) connection?.end(bytes)
    }
    const committed: Done = (error) => {
      part()
      if (packet.qos > 0) applied(error)
    }
    fanOut(packet, connection, {
      placed(error) {
        settled(connection, packet)
        if (error) committed(error)
        else persistence.committed(committed)
      },
      delivered: part,
    })
    if (packet.qos === 0) applied()
  }

  /**
   * QoS 2: a packet id whose message had its effect is answered again without asking again, until PUBREL frees it
   * [MQTT-4.3.3-2]. Aedes 1.2.0 asks again for each repetition and loses the message when its first publish failed.
   */
  #once(connection: LiveConnection, queue: PublishQueue<InboundPacket>, asked: { packet: InboundPacket; done: Done }) {
    const { packet, done } = asked
    const { persistence, limits } = this.#options
    const packetId = packet.messageId ?? 0
    const messages = persistence.incoming(connection.key)
    const known = messages.get(packetId)
    if (known) {
      notDelivered(connection, packet)
      packet.verdict = 'absorb'
      if (known.accepted) persistence.committed((error) => done(error))
      else known.waiting.push(done)
      return
    }
    if (messages.size >= limits.inflightPerClient) {
      this.#options.onRefused(connection, 'too many QoS 2 messages without PUBREL')
      connection.close('too many QoS 2 messages without PUBREL')
      done(new Error(CLOSED))
      return
    }
    messages.set(packetId, { accepted: false, journalled: false, packet: null, waiting: [] })
    queue.submit(packet, (error) => {
      const message = messages.get(packetId)
      // One that had its effect is known when it comes again, although it could not be answered now.
      if (error && !message?.accepted) messages.delete(packetId)
      for (const repeated of message?.waiting.splice(0) ?? []) repeated(error)
      done(error)
    })
  }
}

/** It has no effect any more that somebody would have to wait for. */
function notDelivered(connection: LiveConnection | null, packet: InboundPacket): void {
  settled(connection, packet)
  connection?.end(packet.payload.length)
}

function settled(connection: LiveConnection | null, packet: InboundPacket): void {
  if (packet.retain && !packet.will) connection?.retained()
}

interface Given {
  packet: InboundPacket
  verdict: PublishVerdict
  applied: Done
}
