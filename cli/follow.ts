import type { Clock } from '../shared/clock.ts'
import { asError, explain, LaresError } from '../shared/errors.ts'
import { durationWords } from '../shared/time-words.ts'
import type { AdminClient } from './admin-client.ts'
import { bare, type Heard, line } from './heard.ts'
import { Looker } from './looker.ts'
import { stayConnected } from './stay-connected.ts'
import type { Found, Stored } from './stored.ts'

/** What nobody is told of, such as what a device had kept for later, is looked for so often. */
const LOOK_MS = 5_000
/** Between two looks, however much happens. */
const GAP_MS = 200

export interface FollowParts {
  connect(): Promise<AdminClient>
  /** What is followed, made on the first connection. */
  stored(client: AdminClient): Promise<Stored>
  /** Topics on which the hub tells that there is something to look for. */
  filters: readonly string[]
  /** The hub took a topic's value back. */
  cleared?: (topic: string) => Heard | null
  json: boolean
  /** A line of what was found. */
  print(text: string): void
  /** A line about the following itself. */
  say(text: string): void
  /** A command as it is typed, for what is not shown. */
  typed(rest: NonNullable<Found['rest']>): string
  clock: Clock
  signal: AbortSignal
}

/**
 * Prints what the hub stores, in the order in which it stores it, until `signal`: what the hub publishes only says when to
 * look. So nothing is missed or doubled over a restart of the hub, and what devices had kept for later is there too.
 * Throws `unreachable` when the hub is not there at the beginning.
 */
export async function follow(parts: FollowParts): Promise<void> {
  const { say, clock, signal } = parts
  const names = new Map<string, string>()
  const print = (heard: Heard) => parts.print(parts.json ? JSON.stringify(bare(heard)) : line(heard, { names }))
  const show = ({ found, left, rest, names: told }: Found) => {
    for (const [id, name] of told) names.set(id, name)
    if (left > 0 && rest) say(`${left} older ones are not shown here: ${parts.typed(rest)}`)
    for (const heard of found) print(heard)
  }
  let stored: Stored | null = null
  let client: AdminClient | null = null
  let trouble: string | null = null
  const looker = new Looker({
    gapMs: GAP_MS,
    clock,
    async look() {
      if (!stored || !client || signal.aborted) return
      try {
        const found = await stored.look(client)
        trouble = null
        if (!signal.aborted) show(found)
      } catch (error) {
        // That the hub is away is said where it is noticed.
        if (error instanceof LaresError && error.code === 'unreachable') return
        if (trouble !== asError(error).message) say(`${explain(error)}\nTrying again.`)
        trouble = asError(error).message
      }
    },
  })
  const cancel = clock.every(LOOK_MS, () => looker.ring())
  try {
    await stayConnected({
      connect: parts.connect,
      async begin(now) {
        if (stored === null) {
          const first = await parts.stored(now)
          show(await first.begin(now))
          stored = first
        }
        client = now
        await now.hear(parts.filters, (topic, payload) => {
          const heard = payload.length === 0 ? (parts.cleared?.(topic) ?? null) : null
          if (heard) print(heard)
          else looker.ring()
        })
        looker.ring()
      },
      away(reason) {
        client = null
        say(`The hub is away: ${reason}. Waiting for it.`)
      },
      back: (awayMs) => say(`The hub is back after ${durationWords(awayMs)}.`),
      clock,
      signal,
    })
  } finally {
    cancel()
  }
}
