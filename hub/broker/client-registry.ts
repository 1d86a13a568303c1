import { ownerIn } from '../engine/client-session-key.ts'
import type { BrokerHooks, Connection } from './connection.ts'
import type { LiveConnection } from './live-connection.ts'
import type { BrokerPersistence } from './persistence.ts'

/** Which connection has which client id, and who is told of its coming and going. */
export class ClientRegistry {
  takeovers = 0
  #hooks: Required<BrokerHooks>
  #persistence: BrokerPersistence
  /** The connection that has the client's session, or waits for the one before to let go, by its key. */
  #newest = new Map<string, LiveConnection>()
  #connected = new Set<LiveConnection>()
  #perOwner = new Map<string, number>()

  constructor(hooks: Required<BrokerHooks>, persistence: BrokerPersistence) {
    this.#hooks = hooks
    this.#persistence = persistence
  }

  get connected(): ReadonlySet<Connection> {
    return this.#connected
  }

  /** Connections of one owner that are here or on their way in. */
  countOf(owner: string): number {
    return this.#perOwner.get(owner) ?? 0
  }

  newest(key: string): LiveConnection | undefined {
    return this.#newest.get(key)
  }

  /**
   * Makes the connection the newest of its client id and goes on once Aedes has let go of the one before: side by side
   * Aedes may register the older one last, which closes the newer, and it would publish the old will into the new session.
   */
  claim(connection: LiveConnection, proceed: () => void): void {
    const before = this.#newest.get(connection.key)
    this.#newest.set(connection.key, connection)
    if (!before) this.#count(connection.key, 1)
    if (!before) {
      proceed()
      return
    }
    this.takeovers += 1
    before.superseded = true
    before.close('a newer connection has this client id')
    before.whenGone(proceed)
  }

  register(connection: LiveConnection): void {
    connection.registered = true
    this.#connected.add(connection)
    this.#hooks.connected(connection)
  }

  /** Aedes has let go of the connection, or never had it. Calling it twice is safe. */
  release(connection: LiveConnection, reason: string): void {
    if (this.#connected.delete(connection)) this.#hooks.disconnected(connection, reason)
    if (this.#newest.get(connection.key) === connection) {
      this.#newest.delete(connection.key)
      this.#count(connection.key, -1)
    }
    if (connection.accepted) this.#persistence.leave(connection.key, connection.number)
    connection.markGone()
  }

  #count(key: string, step: 1 | -1): void {
    const owner = ownerIn(key)
    const count = this.countOf(owner) + step
    if (count > 0) this.#perOwner.set(owner, count)
    else this.#perOwner.delete(owner)
  }
}
