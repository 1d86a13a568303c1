import { asError, LaresError } from '../shared/errors.ts'
import { runningUser } from '../shared/running-user.ts'

const START_IT =
  'Is the hub running? One that has just been started answers within seconds. Name another data folder with --data. A hub elsewhere: lares login HUB.'

/** Why nobody answers at a hub's local socket, by what the operating system said; without that, the connection was closed. */
export function unreachable(socket: string, cause?: unknown): LaresError {
  const { code, message }: NodeJS.ErrnoException =
    cause === undefined ? new Error('the connection was closed') : asError(cause)
  if (code === 'EACCES' || code === 'EPERM')
    return new LaresError('unreachable', `the user ${runningUser()} may not open ${socket}`, {
      cause,
      hint: 'Call it with sudo or as the user of the hub. Where it is a service, members of the group lares may open it, too. Or name a hub elsewhere with --hub.',
    })
  const reason = code === 'ENOENT' ? 'there is no such socket' : message
  return new LaresError('unreachable', `no hub answers at ${socket}: ${reason}`, { cause, hint: START_IT })
}
