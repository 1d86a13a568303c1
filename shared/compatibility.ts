import lessThan from 'semver/functions/lt.js'
import valid from 'semver/functions/valid.js'

/**
 * The oldest agent that a hub of this version serves in full. Raise it in the same commit that makes the hub ask for what
 * older agents do not do.
 */
export const OLDEST_AGENT = '0.1.0'

/** The oldest hub that an agent of this version can count on. Raise it when the agent needs what older hubs do not do. */
export const OLDEST_HUB = '0.1.0'

/** What brings a machine to the newest version, where Lares was cloned into `lares`. */
export const UPGRADE_COMMAND = 'cd lares && git pull && sudo scripts/upgrade'

/** Whether a version is older than another. One that is none, of another program, is not known to be older. */
export function isOlder(version: string, than: string): boolean {
  return valid(version) !== null && valid(than) !== null && lessThan(version, than)
}

/** The command that upgrades an agent of this version, or `null` when it need not be. */
export function agentUpgrade(version: string | null, oldest: string = OLDEST_AGENT): string | null {
  return version !== null && isOlder(version, oldest) ? UPGRADE_COMMAND : null
}
