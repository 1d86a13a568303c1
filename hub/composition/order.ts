import { Backoff } from '../../shared/backoff.ts'
import type { Cancel } from '../../shared/clock.ts'
import { contained } from '../../shared/contained.ts'
import { inOneLine } from '../../shared/errors.ts'
import { giveBackMemorySoon } from '../../shared/give-back-memory.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { HubOptions } from '../hub-options.ts'
import type { WebServer } from '../web/server.ts'
import type { Base } from './base.ts'
import type { BrokerSide } from './broker-side.ts'
import type { PageParts } from './page-parts.ts'

/** What only has to let go stops at once or is left as it is: the process ends anyway. */
export const STOP_MS = 500
/** What has something to write is given time: a slow card is no reason for an unclean end. systemd waits a minute. */
const WRITE_MS = 20_000

/** A part as it is started and stopped; without a time of its own it has `STOP_MS` to stop. */
export type Part = readonly [name: string, service: Service, stopMs?: number]

/** Everything in the order in which it starts; it stops in reverse. */
export function startOrder(
  base: Base,
  side: BrokerSide,
  { web, page, certificate, visits }: { web: WebServer } & PageParts,
): Part[] {
  const { spare, listener } = containedParts(base)
  const { clockSync, store, recorder, reader, sync, jobs, followers, keyCare, lag, disk } = base
  const { door, journal, broker, readers, outward, announcer, listeners, parts, tellFacts } = side
  return [
    ['clock', spare('clock', clockSync)],
    ['store', store, WRITE_MS],
    ['recorder', spare('recorder', recorder), WRITE_MS],
    // Stops behind the reader, whose last answers it notes.
    ['door', door, WRITE_MS],
    ['reader', reader],
    // Beside a store that is open, and so by one hub alone.
    ['keys', spare('keys', keyCare)],
    ['journal', journal],
    ['broker', broker],
    ['readers', readers],
    // What others must see is there before the first of them connects.
    ['facts', { start: tellFacts, stop: () => outward.silence() }],
    ['announcer', spare('announcer', announcer)],
    ...parts.flatMap(({ name, start, stop }): Part[] =>
      start || stop ? [[name, spare(name, { start: () => start?.(), stop: () => stop?.() })]] : [],
    ),
    ['tls', listener('tls', listeners.tls)],
    ['plain', listener('plain', listeners.plain)],
    ['socket', listener('socket', listeners.local)],
    ['listeners', { start: () => listeners.requireOne(), stop() {} }],
    ['web', listener('http', web)],
    ['page certificate', spare('page certificate', certificate), 3 * STOP_MS],
    ['visits', spare('visits', visits)],
    ['page', listener('https', page)],
    ['sync', spare('sync', sync), 3 * STOP_MS],
    ['jobs', spare('jobs', jobs), 3 * STOP_MS],
    ['followers', spare('followers', followers), 3 * STOP_MS],
    ['lag', spare('lag', lag)],
    ['disk', spare('disk', disk)],
    ['memory', giveBack(base.options)],
  ]
}

function giveBack({ clock }: Pick<HubOptions, 'clock'>): Service {
  let cancel: Cancel = () => {}
  return {
    start() {
      cancel = giveBackMemorySoon(clock)
    },
    stop: () => cancel(),
  }
}

function containedParts({ options: { clock, log }, health }: Base) {
  return {
    /** A part that the house can do without: its failure is told, and the hub starts with the rest. */
    spare: (name: string, service: Service) =>
      contained(name, service, {
        clock,
        log,
        failed(error) {
          if (error === null) health.clear(`part:${name}`)
          else
            health.raise(`part:${name}`, 'part_failed', `the hub's part "${name}" did not start: ${inOneLine(error)}`)
        },
      }),
    /** What had the address may go, and a network may come after the hub. */
    listener: (name: string, service: Service) =>
      contained(`listen ${name}`, service, {
        clock,
        log,
        failed(error) {
          if (error === null) health.clear(`listen:${name}`)
          else health.raise(`listen:${name}`, 'cannot_listen', inOneLine(error))
        },
        backoff: new Backoff({ firstMs: 5_000, capMs: 60_000 }),
      }),
  }
}
