import { accessSync, constants, lstatSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { splitAddress } from './address.ts'
import { asError, LaresError } from './errors.ts'
import { isSystemTrouble, systemTrouble } from './system-trouble.ts'

/** `sun_path` of unix(7) has 108 bytes, the last of them NUL. */
const SOCKET_PATH_BYTES = 107

/**
 * Throws `bad_config` for a path where no socket can be made: it is too long, or its folder is missing or somebody else's.
 * The kernel would say of the first that the argument is invalid, and libuv of a missing folder that it is forbidden.
 */
export function checkSocketPath(path: string): void {
  const bytes = Buffer.byteLength(path)
  if (bytes > SOCKET_PATH_BYTES)
    throw new LaresError('bad_config', `the path of the socket has ${bytes} bytes, at most 107 are possible: ${path}`, {
      hint: 'Choose a shorter one: --socket /run/lares/hub.sock, or [listen] socket = "/run/lares/hub.sock" in hub.toml.',
    })
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw cannotListen('socket', path, cause)
  }
}

/** Removes the socket that a killed program left. Throws `bad_config` where another file is in its place, which stays. */
export function removeStaleSocket(path: string): void {
  const present = lstatSync(path, { throwIfNoEntry: false })
  if (present !== undefined && !present.isSocket())
    throw new LaresError('bad_config', `cannot listen on ${path}: another file is there`, {
      hint: 'Move it away, or choose another place: [listen] socket.',
    })
  rmSync(path, { force: true })
}

/** Why a server could not be opened, with the remedy for that. `key` is its key in `[listen]`, `where` what it says. */
export function cannotListen(key: string, where: string, cause: unknown): LaresError {
  const { code, message } = asError(cause) as NodeJS.ErrnoException
  const say = (what: string, hint: string) =>
    new LaresError('bad_config', `cannot listen on ${where}: ${what}`, { cause, hint })
  if (where.includes('/')) {
    if (!isSystemTrouble(cause)) return say(message, `Choose another place: [listen] ${key}.`)
    const { message: what, hint } = systemTrouble(cause, dirname(where))
    return say(what, `${hint} [listen] ${key} names another place.`)
  }
  const { host, port } = splitAddress(where)
  switch (code) {
    case 'EADDRINUSE':
      return say(
        'another program listens there',
        `Stop it (sudo ss -ltnp 'sport = :${port}' names it), or choose another port in [listen] ${key}.`,
      )
    case 'EACCES':
      return say(
        'ports below 1024 are kept for root',
        `Choose another port: [listen] ${key} = "${host}:${port + 8_000}".`,
      )
    case 'EADDRNOTAVAIL':
      return say(
        'this machine has no such address',
        `Choose one that \`ip address\` shows, or all of them: [listen] ${key} = "0.0.0.0:${port}".`,
      )
    case 'EAFNOSUPPORT':
      return say('this machine has no IPv6', `Listen on IPv4: [listen] ${key} = "0.0.0.0:${port}".`)
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return say(
        `the name ${host} has no address`,
        `Write an address of this machine: [listen] ${key} = "0.0.0.0:${port}".`,
      )
    default:
      return say(message, `Choose another address: [listen] ${key}.`)
  }
}
