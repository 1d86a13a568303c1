/** A program that speaks for devices of other makers and logs in at the hub's own broker. */
export interface BridgeAtBroker {
  id: string
  /** As people call it, and what it logs in as: see `bridgeLogin`. */
  name: string
  dialect: string
  /** The first part of the topics that its dialect is read from. */
  prefix: string
  /** Everything below each of these is its own: its prefix, and what its devices use beside it. */
  topics: readonly string[]
  house: string
}

const AT = '@bridges'
/** No account and no device has a blank in its id. */
const OWNER = 'bridge '

/** The user name with which a bridge logs in. No device and no account has such a one. */
export function bridgeLogin(name: string): string {
  return name + AT
}

/** The name of the bridge that logs in so; `null`: it is none. */
export function bridgeOfLogin(login: string): string | null {
  return login.endsWith(AT) ? login.substring(0, login.length - AT.length) : null
}

/** The principal that a bridge is. */
export function bridgeOwner(id: string): string {
  return OWNER + id
}

export function isBridgeOwner(owner: string): boolean {
  return owner.startsWith(OWNER)
}
