import type { Clock } from '../../shared/clock.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import { asError, LaresError } from '../../shared/errors.ts'

/** A source, or one of its sensors, stopped or started to work. Made for an event that a person reads. */
export interface Trouble {
  source: string
  /** The one of its sensors that it is about. `null`: all of them. */
  sensor: string | null
  state: 'failing' | 'recovered'
  /** Why it fails, or why it failed. */
  code: ErrorCode
  /** What is wrong and what to do about it, one line. */
  message: string
}

const AGAIN_MS = 3_600_000
/** A loose contact fails and recovers all day. Its second failure within the hour is told only when it lasts. */
const LASTS_MS = 300_000

/** Turns a stream of failures and successes of one thing into few events: never more than about two an hour. */
export function troubleReporter(
  about: Pick<Trouble, 'source' | 'sensor'>,
  clock: Clock,
  onTrouble: (trouble: Trouble) => void,
) {
  let failingSince: number | null = null
  let toldAt = Number.NEGATIVE_INFINITY
  let told = false
  let code: ErrorCode = 'internal'
  return {
    failed(thrown: unknown): void {
      const now = clock.mono()
      failingSince ??= now
      const again = now - toldAt >= AGAIN_MS
      if (!again && (told || now - failingSince < LASTS_MS)) return
      told = true
      toldAt = now
      const description = describe(thrown)
      code = description.code
      onTrouble({ ...about, state: 'failing', ...description })
    },
    worked(): void {
      recovered((seconds) => `works again after ${seconds} s`)
    },
    /** It is not measured any more, so nothing of it can fail. */
    gone(): void {
      recovered(() => 'is no longer measured')
    },
  }

  function recovered(message: (seconds: number) => string): void {
    if (told && failingSince !== null) {
      const seconds = Math.round((clock.mono() - failingSince) / 1_000)
      onTrouble({ ...about, state: 'recovered', code, message: message(seconds) })
    }
    failingSince = null
    told = false
  }
}

const FILE_CODES: ReadonlyMap<string | undefined, ErrorCode> = new Map([
  ['ENOENT', 'device_missing'],
  ['ENODEV', 'device_missing'],
  ['ENXIO', 'device_missing'],
  ['EIO', 'device_missing'],
  ['EACCES', 'no_permission'],
  ['EPERM', 'no_permission'],
  ['EBUSY', 'device_busy'],
  ['EAGAIN', 'device_busy'],
  ['ETIMEDOUT', 'device_busy'],
])

function describe(thrown: unknown): { code: ErrorCode; message: string } {
  if (thrown instanceof LaresError) return { code: thrown.code, message: `${thrown.message}. ${thrown.hint}` }
  const error: NodeJS.ErrnoException = asError(thrown)
  const code = FILE_CODES.get(error.code) ?? 'internal'
  return { code, message: error.message }
}
