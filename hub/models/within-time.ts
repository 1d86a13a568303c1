import { type Clock, wait } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import { durationWords } from '../../shared/time-words.ts'

interface TimeLimit {
  clock: Clock
  ms: number
  /** Of whoever is waited for. */
  name: string
  signal?: AbortSignal | undefined
}

/** Runs something that ends by its signal when its time is over. Rejects with `timed_out` then. */
export async function withinTime<T>(
  { clock, ms, name, signal }: TimeLimit,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController()
  const over = new AbortController()
  void wait(clock, ms, over.signal).then(() => {
    if (!over.signal.aborted) late.abort(new LaresError('timed_out', `${name} took longer than ${durationWords(ms)}`))
  })
  try {
    return await run(signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]))
  } finally {
    over.abort()
  }
}
