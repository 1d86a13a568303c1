import type { AedesOptions } from 'aedes'
import type { Credentials } from './connection.ts'

/** A CONNECT as Aedes hands it out. */
type ConnectPacket = Parameters<NonNullable<AedesOptions['preConnect']>>[1]

/** What a CONNECT says of its client; the bytes were checked by the gate. */
export function credentialsOf(packet: ConnectPacket): Credentials {
  const { clientId, username, password, will, keepalive = 0, clean = true } = packet
  const credentials: Credentials = { clientId, clean, keepaliveS: keepalive }
  if (username !== undefined) credentials.username = username
  if (password !== undefined) credentials.password = Buffer.from(password)
  if (will !== undefined) {
    const { topic, payload = '', qos = 0, retain = false } = will
    credentials.will = { topic, payload: Buffer.from(payload), qos, retain }
  }
  return credentials
}
