import { type Clock, wait } from '../shared/clock.ts'
import { LaresError } from '../shared/errors.ts'
import { EXIT } from '../shared/exit-code.ts'
import type { ProgressOutlet } from '../shared/terminal/progress-line.ts'
import { ProgressReport } from '../shared/terminal/progress-report.ts'
import type { AskHub, LongWork } from './progress/look-at-work.ts'

const LOOK_MS = 500

interface FollowWorkParts {
  ask: AskHub
  clock: Clock
  outlet?: ProgressOutlet
  /** Aborted when nobody wants to watch any more. */
  signal?: AbortSignal
}

/**
 * Shows how far something is until all of it has ended or waits for another try. Returns the exit code: failed when a part did not
 * do what it was to, pending when nobody wanted to wait. Whoever ends it ends nothing of what goes on.
 */
export async function followWork(work: LongWork, parts: FollowWorkParts): Promise<number> {
  const { ask, clock, outlet = process.stderr, signal } = parts
  const report = new ProgressReport({ outlet, clock })
  const stopped = new Promise<null>((resolve) => signal?.addEventListener('abort', () => resolve(null), { once: true }))
  let code: number = EXIT.ok
  try {
    for (;;) {
      const found = signal?.aborted === true ? null : await Promise.race([work.look(ask), stopped])
      if (found === null) {
        report.say(`It goes on at the hub. How far it is: ${work.see}`)
        return EXIT.pending
      }
      for (const { words, isDone } of found.ended) {
        report.say(words)
        if (!isDone) code = EXIT.failed
      }
      if (found.isOver) return code
      if (found.share) report.show(found.share)
      await wait(clock, LOOK_MS, signal)
    }
  } catch (error) {
    throw goesOn(error, work)
  } finally {
    report.end()
  }
}

function goesOn(error: unknown, { see }: LongWork): unknown {
  if (!(error instanceof LaresError) || error.code !== 'unreachable') return error
  return new LaresError('unreachable', `${error.message}; what was begun goes on without this`, {
    cause: error,
    hint: `When the hub is back, ${see} shows how far it is.`,
  })
}
