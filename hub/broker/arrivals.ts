import type { Client } from 'aedes'
import { clientSessionKey } from '../engine/client-session-key.ts'
import { gateOf, nameClient, numberFromOne } from './aedes-client.ts'
import type { ClientRegistry } from './client-registry.ts'
import type { AuthVerdict, BrokerHooks } from './connection.ts'
import type { Gate } from './gate.ts'
import type { LiveConnection } from './live-connection.ts'
import type { BrokerPersistence } from './persistence.ts'

export type AuthDone = (error: Error | null, success: boolean | null) => void

export interface ArrivalsParts {
  hooks: Required<BrokerHooks>
  registry: ClientRegistry
  persistence: BrokerPersistence
  /** Connections that one owner may have at a time. */
  connectionsPerOwner: number
  /** Told of each that was refused for it. */
  onCrowd: (connection: LiveConnection, reason: string) => void
}

/** From CONNECT to CONNACK: who it is, that an older connection lets go of the session, and that the session is on disk. */
export class Arrivals {
  #parts: ArrivalsParts

  constructor(parts: ArrivalsParts) {
    this.#parts = parts
  }

  /** Aedes' `authenticate`. */
  authenticate(client: Client, done: AuthDone): void {
    const gate = gateOf(client)
    const request = gate?.owner.request
    if (!gate || !request) {
      done(refusal(5, 'not a connection of this broker'), null)
      return
    }
    const { owner: connection } = gate
    if (connection.emptyId && !request.clean) {
      // [MQTT-3.1.3-8]: a session that is to be kept needs a name.
      done(refusal(2, 'empty client id'), null)
      return
    }
    // Aedes has made up an id for a client without one.
    connection.clientId = client.id
    request.clientId = connection.emptyId ? '' : client.id
    Promise.resolve(this.#parts.hooks.authenticate(connection, request)).then((verdict) => {
      if (gate.destroyed) return
      if ('refuse' in verdict) {
        gate.reason ||= verdict.reason
        done(refusal(verdict.refuse, verdict.reason), null)
      } else this.#accepted(client, gate, { verdict, done })
    })
  }

  #accepted(client: Client, gate: Gate<LiveConnection>, accepted: Accepted): void {
    const { verdict, done } = accepted
    const { owner: connection } = gate
    const { registry, persistence } = this.#parts
    const { owner = '', allowance = {} } = verdict
    const clientId = (connection.emptyId && verdict.clientId) || connection.clientId
    const key = clientSessionKey(owner, clientId)
    const connections = allowance.connections ?? this.#parts.connectionsPerOwner
    if (owner !== '' && !registry.newest(key) && registry.countOf(owner) >= connections) {
      gate.reason ||= 'too many connections of one principal'
      this.#parts.onCrowd(connection, gate.reason)
      done(refusal(3, gate.reason), null)
      return
    }
    connection.principal = verdict.accept
    connection.allowance = allowance
    gate.scanner.allow(allowance.packetBytes)
    connection.clientId = clientId
    connection.key = key
    connection.place?.arrived()
    nameClient(client, connection.key)
    numberFromOne(client)
    registry.claim(connection, () => {
      if (gate.destroyed) return
      gate.hold()
      connection.accepted = true
      const present = !client.clean && persistence.arrive(connection.key, connection.number)
      gate.answers.expectSession(present)
      // CONNACK says that the session is there, so it is on disk before.
      persistence.committed((error) => {
        if (error) {
          registry.release(connection, error.message)
          connection.accepted = false
          gate.release()
          done(refusal(3, error.message), null)
        } else done(null, true)
      })
    })
  }
}

interface Accepted {
  verdict: Extract<AuthVerdict, { accept: unknown }>
  done: AuthDone
}

function refusal(returnCode: 2 | 3 | 4 | 5, reason: string): Error {
  return Object.assign(new Error(reason), { returnCode })
}
