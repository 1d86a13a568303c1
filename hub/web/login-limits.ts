import { isIPv6 } from 'node:net'
import type { Clock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import { durationWords } from '../../shared/time-words.ts'
import { TryBook } from './try-book.ts'

const MINUTE_MS = 60_000

/** Who tries, and whose account. */
export interface LoginTry {
  /** As it was typed, in small letters; whether somebody has it makes no difference. */
  email: string
  address: string
}

/** Somebody has to wait. `waitMs`: for how long. */
export class TooManyTries extends LaresError {
  readonly waitMs: number

  constructor(waitMs: number) {
    super('too_many_tries', 'there were too many tries to log in', {
      hint: `Try again in ${durationWords(Math.ceil(waitMs / 1_000) * 1_000)}.`,
    })
    this.waitMs = waitMs
  }
}

/**
 * How often anybody may try to log in. One address waits for its own tries at an account, and for those at all accounts. Many
 * addresses together wait for those at one account, but never the ones at which its person is logged in already: whoever
 * guesses from everywhere locks nobody out.
 */
export class LoginLimits {
  #atAccount: TryBook
  #ofAddress: TryBook
  #ofAccount: TryBook

  constructor(clock: Clock) {
    this.#atAccount = new TryBook({ free: 4, firstMs: 1_000, longestMs: 15 * MINUTE_MS }, clock)
    this.#ofAddress = new TryBook({ free: 20, firstMs: 1_000, longestMs: 5 * MINUTE_MS }, clock)
    this.#ofAccount = new TryBook({ free: 50, firstMs: 1_000, longestMs: MINUTE_MS }, clock)
  }

  /** Counts a try. Throws `TooManyTries` when it comes too early, which counts for nothing. */
  begin({ email, address }: LoginTry): void {
    const where = networkOf(address)
    const wait = Math.max(this.#atAccount.waitMs(pair(email, where)), this.#ofAddress.waitMs(where))
    if (wait > 0) throw new TooManyTries(wait)
    this.#atAccount.begin(pair(email, where))
    this.#ofAddress.begin(where)
  }

  /** The same for an account from wherever, except where its person is logged in. */
  beginAnywhere({ email }: LoginTry, isKnownAddress: boolean): void {
    if (isKnownAddress) return
    const wait = this.#ofAccount.waitMs(email)
    if (wait > 0) throw new TooManyTries(wait)
    this.#ofAccount.begin(email)
  }

  /** The same for the codes of links by which an owner's account is made. */
  beginSetup(address: string): void {
    this.begin({ email: '', address })
  }

  setupSucceeded(address: string): void {
    this.succeeded({ email: '', address })
  }

  /** The password was right. What an address tried elsewhere stays. */
  succeeded({ email, address }: LoginTry): void {
    const where = networkOf(address)
    this.#atAccount.forget(pair(email, where))
    this.#ofAddress.undo(where)
    this.#ofAccount.undo(email)
  }
}

function pair(email: string, where: string): string {
  return `${email} ${where}`
}

/** Whoever has one IPv6 address has the 2⁶⁴ of its network. */
function networkOf(address: string): string {
  if (!isIPv6(address) || /^::ffff:\d+\./.test(address)) return address
  const [head = '', tail] = address.split('::')
  const before = head.split(':').filter((word) => word !== '')
  const after = (tail ?? '').split(':').filter((word) => word !== '')
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0')
  return [...before, ...zeros, ...after].filter((_word, at) => at < 4).join(':')
}
