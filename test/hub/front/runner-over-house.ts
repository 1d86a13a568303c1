import { afterEach, expect, vi } from 'vitest'
import type { JobKind } from '../../../hub/engine/job-kind.ts'
import type { JobRun } from '../../../hub/engine/job-run.ts'
import type { JobStep } from '../../../hub/engine/job-step.ts'
import { enqueue } from '../../../hub/features/jobs/enqueue.ts'
import { JobRunner } from '../../../hub/front/job-runner.ts'
import { silentLog } from '../../../shared/log.ts'
import type { JobsHouse } from '../features/jobs/jobs-house.ts'
import type { Note } from '../features/jobs/test-kinds.ts'
import { NO_SECRETS } from '../secrets/keys-in-memory.ts'
import { NO_HUB_FILES } from './no-hub-files.ts'

type Run = JobRun<Note, unknown>
type Answer = ReturnType<JobsHouse['step']>

const started: { runner: JobRunner; house: JobsHouse }[] = []
afterEach(async () => {
  for (const { runner, house } of started.splice(0)) {
    void runner.stop()
    await turn()
    // What hears nothing is given up then.
    house.clock.advance(500)
    await turn()
  }
})

export interface MoreOfRunner {
  load?: () => Promise<JobRun>
  /** What stands between the runner and the engine. */
  between?: (change: JobStep, step: (change: JobStep) => Answer) => Answer | Promise<Answer>
}

/** A runner over an engine in memory. `faults`: what the disk says to the next steps, one after the other. */
export function runnerOver(house: JobsHouse, run: Run, more: MoreOfRunner = {}) {
  const faults: Error[] = []
  const steps: string[] = []
  const stuck: (string | null)[] = []
  const runners = new Map(['letter', 'siren'].map((name) => [name, more.load ?? (async () => run as JobRun)]))
  const { between = (change, step) => step(change) } = more
  const runner = new JobRunner({
    async persist(change: JobStep) {
      steps.push(change.step === 'ended' ? `ended ${change.outcome.is}` : change.step)
      const fault = faults.shift()
      if (fault) throw fault
      return between(change, (one) => house.step(one))
    },
    isOpen: () => true,
    secrets: NO_SECRETS,
    hub: NO_HUB_FILES,
    clock: house.clock,
    log: silentLog,
    stuck: (reason) => void stuck.push(reason),
    runners,
  })
  house.onEffects = (effects) => {
    for (const effect of effects) {
      if (effect.kind === 'jobs_due') runner.wake()
      if (effect.kind === 'end_run') runner.end(effect.run)
      if (effect.kind === 'job_figures') runner.note(effect.figures)
    }
  }
  started.push({ runner, house })
  runner.start()
  return { runner, faults, steps, stuck, ended: () => steps.filter((step) => step.startsWith('ended')) }
}

export const put = (house: JobsHouse, kind: JobKind<Note, string>, key = 'anna') =>
  house.inEngine((context) => enqueue(context, kind, { key, payload: { text: key } }))
/** As `lares jobs cancel` does. */
export const giveUpRun = (house: JobsHouse, id: number) =>
  house.inEngine((context) => {
    const cancel = "UPDATE jobs SET state = 'cancelled' WHERE id = ? RETURNING run"
    context.effect({ kind: 'end_run', run: context.db.prepare(cancel).pluck().get(id) as string })
  })
export const becomes = (house: JobsHouse, ...states: string[]) =>
  vi.waitFor(() => expect(house.states()).toEqual(states))
export const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Heeds its signal. */
export const untilAborted: Run = (_payload, { signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
/** Hears nothing. */
export const deaf: Run = () => new Promise(() => {})
