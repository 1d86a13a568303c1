import type { HouseRights } from './house-rights.ts'

/** Who is at the other end of a connection, as its credentials proved. */
export type Principal =
  | { kind: 'device'; id: string; voice: boolean; house: string }
  /** `invitation` tells those of one code from those of another. */
  | { kind: 'joiner'; invitation: string }
  | {
      /** A program has rights of its own, an integration speaks for a person. */
      kind: 'person' | 'integration' | 'program'
      user: string
      /** Id of the token it logged in with, or of its login at the page. */
      token: string
      rights: HouseRights
      /** Id of this login. */
      session: string
    }
  /** A program that speaks for devices of other makers. */
  | { kind: 'bridge'; id: string; name: string }
  | { kind: 'local'; session: string }

/** What a connection shows at its door. */
export interface Credentials {
  /** Empty: the client leaves it to the hub. */
  clientId: string
  username: string | null
  password: string | null
  /** `local` is the unix socket, whose file rights are the credential. */
  listener: string
  /** Hash of the cookie that came with the WebSocket; absent: none. */
  cookie?: string
}

/**
 * `accept` with the client id, which the hub chose when the client left it to it; or the return code for CONNACK: 2 the id,
 * 3 the hub, 4 the credentials, 5 the rights.
 */
export type Admission = { accept: Principal; clientId: string } | { refuse: 2 | 3 | 4 | 5; reason: string }
