import { clientSessionKey } from './client-session-key.ts'
import type { HouseRights } from './house-rights.ts'

/** The principal behind the unix socket. */
export const LOCAL = 'local'

/** Who asks. Made by the broker from the connection and its credentials, never from a payload. */
export interface Caller {
  /** `local`, or the id of the user: whose client ids, remembered requests and turns they are. */
  principal: string
  kind: 'local' | 'person' | 'integration' | 'program'
  user: string | null
  /** Id of the token it logged in with, or of its login at the page. It is no secret. */
  token: string | null
  /** As they were at the login. */
  rights: HouseRights
  /** Its MQTT client id. */
  client: string
  /** Where the connection comes from: an IP address, or `local` for the unix socket. */
  address: string
  /** Id of the login: from CONNECT until the connection ends. */
  session: string
}

/** A caller who may do what is asked, see `authorize`. Commands are run for nobody else. */
export interface AuthorizedCaller extends Caller {
  /** Houses that the command may concern; `null` means all. */
  houses: string[] | null
  /** Houses whose devices the caller may see, whether or not this command may concern them; `null` means all. */
  sees: string[] | null
}

/** What the audit keeps of a caller. */
export function traceOf({ kind, user, token, client, address, session }: Caller): Record<string, string | null> {
  return { kind, user, token, client, address, session }
}

/** The one session that may read the answer: another principal may have a client of the same id. */
export function clientSessionOf({ principal, client }: Pick<Caller, 'principal' | 'client'>): string {
  return clientSessionKey(principal, client)
}
