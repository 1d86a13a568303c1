import type { Client } from 'aedes'
import type { Connection, Credentials } from './connection.ts'
import type { InboundPacket } from './inbound-packet.ts'
import type { PublishQueue } from './publish-queue.ts'
import type { QoS } from './session.ts'

let lastNumber = 0

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
  clientId = ''
  principal: unknown = null
  credentials: Credentials | null = null
  client: Client | null = null
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
  /** Verdicts on filters whose SUBSCRIBE has passed the gate and has not reached Aedes. */
  readonly grants: Grant[] = []
  /** Verdicts of the SUBSCRIBE that is passing now; one filter counts once, its last. */
  batch = new Map<string, QoS | 'deny'>()
  /** Filters of the SUBSCRIBE in Aedes' hands that were denied. */
  denied: ReadonlySet<string> = new Set()
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
