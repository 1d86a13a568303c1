import { userInfo } from 'node:os'

/** The name of the user this process runs as, for messages; its number where it has no name, as in containers. */
export function runningUser(): string {
  try {
    return userInfo().username
  } catch {
    return `with the number ${process.getuid?.() ?? '?'}`
  }
}
