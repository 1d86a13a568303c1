import type { BrokerHooks } from './connection.ts'
import type { GrantFilter } from './frames.ts'
import type { Grant, LiveConnection } from './live-connection.ts'
import type { QoS } from './session.ts'

export interface GrantingOptions {
  hooks: Required<BrokerHooks>
  /** Filters one client may hold. */
  filtersPerClient: number
}

/**
 * Decides on each filter while its SUBSCRIBE passes the gate, and writes the QoS granted into the packet: Aedes 1.2.0
 * puts the QoS requested into SUBACK whatever its hook says. The verdicts wait for Aedes to ask.
 */
export function grantFilters(connection: LiveConnection, options: GrantingOptions): GrantFilter {
  return (filter, qos, last) => {
    const verdict = decide(connection, options, { filter, qos })
    connection.batch.set(filter, verdict)
    if (last) {
      const denied = new Set<string>()
      for (const [name, granted] of connection.batch) {
        if (granted === 'deny') denied.add(name)
        connection.grants.push({ filter: name, verdict: granted, denied })
      }
      connection.batch = new Map()
    }
    return verdict === 'deny' ? qos : verdict
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
  const { filters, wanted } = connection
  const known = filters.has(filter) || wanted.has(filter)
  if (!known && filters.size + wanted.size >= options.filtersPerClient) return 'deny'
  const granted = options.hooks.subscribe(connection, filter, qos)
  if (granted === 'deny') return 'deny'
  if (!known) wanted.add(filter)
  if (granted > qos) return qos
  return granted
}
