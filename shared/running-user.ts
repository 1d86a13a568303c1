import { userInfo } from 'node:os'

/** The name of the user this process runs as; `null` where it has none, as in containers. */
export function accountName(): string | null {
  try {
    return userInfo().username
  } catch {
    return null
  }
}

/** The same for messages; its number where it has no name. */
export function runningUser(): string {
  return accountName() ?? `with the number ${process.getuid?.() ?? '?'}`
}
