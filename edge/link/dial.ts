import type { TLSSocket } from 'node:tls'
import type { Cancel, Clock } from '../../shared/clock.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import { asError, hintFor, LaresError } from '../../shared/errors.ts'
import { openPinnedSocket } from './pinned-socket.ts'

export interface Dialled<S> {
  socket: S
  address: string
}

export interface DialOptions<S> {
  /** `host:port`, the likeliest first. */
  addresses: readonly string[]
  pin: string
  clock: Clock
  /** What a person can do when no address answers. Absent: what the catalogue says of it. */
  unreachableHint?: string
  /** Absent: nobody gives up before an answer. */
  signal?: AbortSignal
  /** How one is tried; a test hands in another. */
  open?: (options: { address: string; pin: string; clock: Clock; signal: AbortSignal }) => Promise<S>
}

/** For an agent that has joined: its hub may have moved, and does not come back to an address that is not its own any more. */
export const MOVED_HINT =
  `${hintFor('unreachable')} If it has another address now, write that into edge.toml below [hub], such as ` +
  'addresses = ["192.168.1.10:8883"], and restart the agent.'

/** The next address is tried when one has not answered for this long: as RFC 8305 does it with the addresses of a name. */
const STAGGER_MS = 250

/**
 * Finds the hub at one of its addresses, in one round: one after the other, without waiting for one that does not answer.
 * The first that shows the pinned key is taken, the others are left. The round lasts as long as one address may take, not
 * as many times as long as there are addresses.
 *
 * Throws the most telling of their errors when none answers: `wrong_pin` before `unreachable`.
 */
export function dial<S extends { destroy(): unknown } = TLSSocket>(options: DialOptions<S>): Promise<Dialled<S>> {
  const { addresses, pin, clock, signal, unreachableHint } = options
  const open = options.open ?? (openPinnedSocket as unknown as NonNullable<DialOptions<S>['open']>)
  const others = new AbortController()
  const waiting = [...addresses]
  const errors: Error[] = []
  let underWay = 0
  let isOver = false
  let cancel: Cancel = () => {}
  return new Promise((resolve, reject) => {
    const end = () => {
      isOver = true
      cancel()
      signal?.removeEventListener('abort', giveUp)
      others.abort()
    }
    const giveUp = () => {
      end()
      reject(new LaresError('unreachable', 'given up'))
    }
    const next = () => {
      cancel()
      const address = waiting.shift()
      if (address === undefined) {
        if (underWay > 0) return
        end()
        reject(mostTelling(errors, unreachableHint))
        return
      }
      underWay += 1
      open({ address, pin, clock, signal: others.signal }).then(
        (socket) => {
          underWay -= 1
          // Two answered at once: one connection is enough.
          if (isOver) socket.destroy()
          else {
            end()
            resolve({ socket, address })
          }
        },
        (error: unknown) => {
          underWay -= 1
          errors.push(asError(error))
          if (!isOver) next()
        },
      )
      if (waiting.length > 0) cancel = clock.after(STAGGER_MS, next)
    }
    if (signal?.aborted) giveUp()
    else {
      signal?.addEventListener('abort', giveUp, { once: true })
      next()
    }
  })
}

function mostTelling(errors: readonly Error[], unreachableHint: string | undefined): Error {
  const code = (error: Error): ErrorCode | null => (error instanceof LaresError ? error.code : null)
  const wrongPin = errors.find((error) => code(error) === 'wrong_pin')
  const [first = new LaresError('bad_config', 'no address of a hub is known')] = errors
  if (wrongPin !== undefined || !(first instanceof LaresError)) return wrongPin ?? first
  const more = errors.length - 1
  const others = more > 0 ? ` (nor at ${more} other ${more === 1 ? 'address' : 'addresses'})` : ''
  const hint = first.code === 'unreachable' ? (unreachableHint ?? first.hint) : first.hint
  return new LaresError(first.code, `${first.message}${others}`, { cause: first, hint })
}
