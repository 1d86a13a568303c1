import type { Answered } from './answers.ts'
import type { BrokerHooks } from './connection.ts'
import type { Granting } from './frames.ts'
import type { Gate } from './gate.ts'
import type { Grant, LiveConnection } from './live-connection.ts'
import type { QoS } from './qos.ts'

export interface GrantingOptions {
  hooks: Required<BrokerHooks>
  /** Filters one client may hold. */
  filtersPerClient: number
}

/**
 * Decides on each filter while its SUBSCRIBE passes the gate, and writes the QoS granted into the packet: Aedes 1.2.0
 * puts the QoS requested into SUBACK whatever its hook says. The verdicts wait for Aedes to ask.
 */
export function grantFilters(
  gate: Pick<Gate<LiveConnection>, 'owner' | 'answers'>,
  options: GrantingOptions,
): Granting {
  const { owner: connection, answers } = gate
  let asked: Answered[] = []
  return {
    filter(filter, qos) {
      const verdict = decide(connection, options, { filter, qos })
      asked.push({ filter, verdict })
      return verdict === 'deny' ? qos : verdict
    },
    end(packetId) {
      // One filter counts once, its last; Aedes asks in the order in which each came first.
      const verdicts = new Map(asked.map(({ filter, verdict }) => [filter, verdict]))
      if (verdicts.size < asked.length) answers.expectFilters(packetId, asked)
      const denied = new Set<string>()
      for (const [filter, verdict] of verdicts) {
        if (verdict === 'deny') denied.add(filter)
        connection.grants.push({ filter, verdict, denied })
      }
      asked = []
    },
  }
}

/** The verdict for a filter that Aedes asks about, in the order in which the gate decided. */
export function nextGrant(connection: LiveConnection, filter: string): Grant['verdict'] {
  const next = connection.grants.shift()
  const verdict = next?.filter === filter ? next.verdict : 'deny'
  if (next) connection.denied = next.denied
  connection.wanted.delete(filter)
  if (verdict === 'deny') connection.filters.delete(filter)
  else connection.filters.set(filter, verdict)
  return verdict
}

/** The verdict for a filter of a session that is being restored. */
export function restoredGrant(connection: LiveConnection, options: GrantingOptions, asked: Asked): Grant['verdict'] {
  const verdict = decide(connection, options, asked)
  connection.wanted.delete(asked.filter)
  if (verdict !== 'deny') connection.filters.set(asked.filter, verdict)
  return verdict
}

interface Asked {
  filter: string
  qos: QoS
}

function decide(connection: LiveConnection, options: GrantingOptions, asked: Asked): QoS | 'deny' {
  const { filter, qos } = asked
  // Shared subscriptions are MQTT 5; as a plain filter it would never match what the client expects.
  if (filter.startsWith('$share/')) return 'deny'
  const { filters, wanted, allowance } = connection
  const known = filters.has(filter) || wanted.has(filter)
  if (!known && filters.size + wanted.size >= (allowance.filters ?? options.filtersPerClient)) return 'deny'
  const granted = options.hooks.subscribe(connection, filter, qos)
  if (granted === 'deny') return 'deny'
  if (!known) wanted.add(filter)
  if (granted > qos) return qos
  return granted
}
