import type { Client } from 'aedes'
import { Gate } from './gate.ts'
import { LiveConnection } from './live-connection.ts'

/** What Aedes 1.2.0 keeps of a client and nobody else may touch; its version is pinned, and a test looks for each. */
interface Kept {
  id: string
  connected: boolean
  /** Packets from before the client was registered; `null` once they were handled. */
  _parser?: { _queue: unknown[] | null }
  _keepaliveInterval: number
  _keepaliveTimer: NodeJS.Timeout | null
  _nextId: number
}

function kept(client: Client): Kept {
  return client as unknown as Kept
}

export function gateOf(client: Client | null): Gate<LiveConnection> | null {
  const stream = client?.conn
  return stream instanceof Gate && stream.owner instanceof LiveConnection ? stream : null
}

export function ownerOf(client: Client | null): LiveConnection | null {
  return gateOf(client)?.owner ?? null
}

/** Whether Aedes has handled everything the client sent so far. Where another version has other fields: never. */
export function hasReadAll(client: Client): boolean {
  const { connected, _parser, _keepaliveTimer } = kept(client)
  return connected && _parser?._queue === null && _keepaliveTimer !== undefined
}

/** The client gave a sign of life that Aedes did not see. */
export function refreshKeepalive(client: Client): void {
  const { _keepaliveInterval, _keepaliveTimer } = kept(client)
  if (_keepaliveInterval > 0) _keepaliveTimer?.refresh()
}

/** Aedes knows the client, its session and its queue by this id from now on. Call while it authenticates the client. */
export function nameClient(client: Client, id: string): void {
  kept(client).id = id
}

/** The next packet id is 1; Aedes would begin anywhere. */
export function numberFromOne(client: Client): void {
  kept(client)._nextId = 1
}
