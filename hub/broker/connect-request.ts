import type { AedesOptions } from 'aedes'
import type { ConnectRequest } from './connection.ts'

/** A CONNECT as Aedes hands it out. */
type ConnectPacket = Parameters<NonNullable<AedesOptions['preConnect']>>[1]

/** What a CONNECT says of its client; the bytes were checked by the gate. */
export function connectRequestOf(packet: ConnectPacket): ConnectRequest {
  const { clientId, username, password, will, keepalive = 0, clean = true } = packet
  const request: ConnectRequest = { clientId, clean, keepaliveS: keepalive }
  if (username !== undefined) request.username = username
  if (password !== undefined) request.password = Buffer.from(password)
  if (will !== undefined) {
    const { topic, payload = '', qos = 0, retain = false } = will
    request.will = { topic, payload: Buffer.from(payload), qos, retain }
  }
  return request
}
