import type { JobRun } from '../../../hub/engine/job-run.ts'
import type { JobStep } from '../../../hub/engine/job-step.ts'
import { enqueue } from '../../../hub/features/jobs/enqueue.ts'
import { JobRunner } from '../../../hub/front/job-runner.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { systemClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { JobsHouse } from '../../hub/features/jobs/jobs-house.ts'
import { type Note, once, repeated } from '../../hub/features/jobs/test-kinds.ts'
import { NO_HUB_FILES } from '../../hub/front/no-hub-files.ts'
import { NO_SECRETS } from '../../hub/secrets/keys-in-memory.ts'

export interface JobsLife {
  folder: string
  /** The server that does the work. */
  url: string
  /** Enqueue a job of this kind first. */
  enqueue?: string
  /** Called at each moment of a job. */
  at: (moment: string) => void
}

/**
 * One life of a house over a database in a folder: settles what the life before left, runs what is due against a server, and
 * counts in its transaction what was done. Resolves once no job waits or runs.
 */
export async function liveJobs({ folder, url, enqueue: wanted, at }: JobsLife): Promise<void> {
  const done = (context: { db: JobsHouse['db'] }, { key }: { key: string }) => {
    context.db
      .prepare(
        "INSERT INTO hub_settings (key, value) VALUES (?, '1') ON CONFLICT (key) DO UPDATE SET value = value + 1",
      )
      .run(`done ${key}`)
    at('in the transaction of the outcome')
  }
  const kinds = [
    repeated({ done, delivery: { promise: 'at_least_once', attempts: 5, backoff: { firstMs: 1, capMs: 1 } } }),
    once({ done }),
  ]
  const run: JobRun<Note, string> = async ({ text }, { signal, idempotencyKey }) => {
    at('before the work')
    const headers = { 'idempotency-key': idempotencyKey }
    const answer = await fetch(url, { method: 'POST', body: text, headers, signal })
    at('after the work')
    return answer.text()
  }
  const { db, ...store } = openStore({ folder, now: systemClock.now(), log: silentLog })
  const house = new JobsHouse(kinds, db, systemClock)
  const runner = new JobRunner({
    async persist(change: JobStep) {
      at(`before ${change.step}`)
      const answer = house.step(change)
      at(`after ${change.step}`)
      return answer
    },
    isOpen: () => true,
    secrets: NO_SECRETS,
    hub: NO_HUB_FILES,
    clock: systemClock,
    log: silentLog,
    stuck: () => {},
    runners: new Map(kinds.map(({ name }) => [name, async () => run as JobRun])),
  })
  house.onEffects = (effects) => {
    if (effects.some((effect) => effect.kind === 'jobs_due')) runner.wake()
  }
  const kind = kinds.find(({ name }) => name === wanted)
  if (kind) {
    house.inEngine((context) => {
      context.db.prepare("INSERT INTO hub_settings (key, value) VALUES ('wanted', '1')").run()
      enqueue(context, kind, { key: 'anna', payload: { text: 'hello' } })
      at('in the transaction that wants it')
    })
    at('after enqueue')
  }
  runner.start()
  await new Promise<void>((resolve) => {
    const stop = systemClock.every(10, () => {
      house.tick(0)
      if (db.prepare("SELECT 1 FROM jobs WHERE state IN ('waiting', 'running')").get() !== undefined) return
      stop()
      resolve()
    })
  })
  await runner.stop()
  store.close()
}
