import { join, resolve } from 'node:path'
import { variable } from '../shared/environment.ts'
import { readHubPorts } from '../shared/hub-ports.ts'
import type { AdminClient } from './admin-client.ts'
import type { WhichHub } from './parse-call.ts'

/** Asks the hub that is named, or that of the data folder, and closes the connection. Throws `unreachable`. */
export async function withHub<T>(hub: WhichHub, use: (client: AdminClient) => Promise<T>): Promise<T> {
  const { socket, base } = socketOf(hub)
  // Help and completion do without what speaks MQTT, which takes most of a start.
  const { connectLocally } = await import('./admin-client.ts')
  const client = await connectLocally(socket, base)
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

/** The hub of the data folder says where its socket is and how its topics begin; options go before that. */
export function socketOf(call: WhichHub): { socket: string; base?: string } {
  const folder = resolve(call.data ?? variable('LARES_DATA') ?? 'lares-data')
  const hub = readHubPorts(folder)
  const socket = resolve(call.socket ?? hub?.socket ?? join(folder, 'hub.sock'))
  const base = call.base ?? (hub?.socket === socket ? hub.base : undefined)
  return { socket, ...(base === undefined ? {} : { base }) }
}
