import type { Client } from 'aedes'
import type { Allowance, Connection, ConnectRequest } from './connection.ts'
import type { Place } from './connection-limiter.ts'
import type { InboundPacket } from './inbound-packet.ts'
import type { PublishQueue } from './publish-queue.ts'
import type { QoS } from './qos.ts'

let lastNumber = 0

/** What one message costs beside its payload, in the sum below. */
const MESSAGE_COST = 1_024
/** Messages of one client in work, in bytes, beyond which no more are read from it, and below which they are again. */
const CHOKE_BYTES = 2 * 1024 * 1024
const EASE_BYTES = CHOKE_BYTES / 2

export interface Grant {
  filter: string
  verdict: QoS | 'deny'
  /** All filters of the same SUBSCRIBE that were denied. */
  denied: ReadonlySet<string>
}

/** One connection with everything the broker remembers of it; the hooks see the `Connection` part. */
export class LiveConnection implements Connection {
  readonly number: number
  readonly remote: string
  readonly listener: string
  /** What it showed before CONNECT. */
  shown: string | undefined
  clientId = ''
  /** What the broker and Aedes know the client by: its principal's and its own id, see `clientSessionKey`. */
  key = ''
  principal: unknown = null
  /** What it may have that others may not. */
  allowance: Allowance = {}
  request: ConnectRequest | null = null
  client: Client | null = null
  /** Its place among all connections. */
  place: Place | null = null
  /** The client left its id to us. */
  emptyId = false
  /** Publishes that wait for their verdict. */
  queue: PublishQueue<InboundPacket> | null = null
  /** `authenticate` said yes: Aedes is registering the client, or has. */
  accepted = false
  /** A newer connection has the same client id. */
  superseded = false
  /** `connected` was told and `disconnected` is owed. */
  registered = false
  /** Aedes has let go of it, or never had it. */
  gone = false
  /** Filters granted now. */
  readonly filters = new Map<string, QoS>()
  /** New filters granted on the way to Aedes. */
  readonly wanted = new Set<string>()
  /** Verdicts on filters whose SUBSCRIBE has passed the gate and has not reached Aedes. */
  readonly grants: Grant[] = []
  /** Filters of the SUBSCRIBE in Aedes' hands that were denied. */
  denied: ReadonlySet<string> = new Set()
  /** Stops reading from the client, or goes on. Set by its owner. */
  choke: (choked: boolean) => void = () => {}
  /** A retained PUBLISH that it sent is in the retained store, or refused. Set by its owner. */
  retained: () => void = () => {}
  #working = 0
  #choked = false
  #shut: (reason: string) => void
  #whenGone: (() => void)[] = []

  constructor(remote: string, listener: string, shut: (reason: string) => void) {
    lastNumber += 1
    this.number = lastNumber
    this.remote = remote
    this.listener = listener
    this.#shut = shut
  }

  close(reason: string): void {
    this.#shut(reason)
  }

  /**
   * A message with a payload of so many bytes is being worked on. Aedes 1.2.0 goes on reading while its publishes wait,
   * one chunk for each that arrives, so a slow subscriber or a slow disk would fill the memory.
   */
  begin(bytes: number): void {
    this.#working += bytes + MESSAGE_COST
    if (this.#choked || this.#working < CHOKE_BYTES) return
    this.#choked = true
    this.choke(true)
  }

  /** The message is acknowledged and where it should be. */
  end(bytes: number): void {
    this.#working -= bytes + MESSAGE_COST
    if (!this.#choked || this.#working > EASE_BYTES) return
    this.#choked = false
    this.choke(false)
  }

  /** Calls back once Aedes has let go of the connection, at once when it has. */
  whenGone(run: () => void): void {
    if (this.gone) run()
    else this.#whenGone.push(run)
  }

  markGone(): void {
    if (this.gone) return
    this.gone = true
    for (const run of this.#whenGone.splice(0)) run()
  }
}
