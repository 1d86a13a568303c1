import { clientSessionKey } from './client-session-key.ts'

/** The principal behind the unix socket. */
export const LOCAL = 'local'

/** Who asks. Made by the broker from the connection's credentials, never from a payload. */
export interface Caller {
  /** `local`, or the id of the user. */
  principal: string
  user: string | null
  role: 'admin' | 'user' | 'device'
  /** Houses whose data the caller may see; `null` means all. */
  houses: string[] | null
  client: string
}

/** The one session that may read the answer: another principal may have a client of the same id. */
export function clientSessionOf({ principal, client }: Pick<Caller, 'principal' | 'client'>): string {
  return clientSessionKey(principal, client)
}
