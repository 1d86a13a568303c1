import { BatchWriter } from '../../../../hub/engine/batch.ts'
import type { Context, Store } from '../../../../hub/engine/context.ts'
import { Engine } from '../../../../hub/engine/engine.ts'
import type { Feature } from '../../../../hub/engine/feature.ts'
import { type Effect, type StructuredInput, VERDICTS, type Verdict } from '../../../../hub/engine/input.ts'
import { type JobKind, jobKinds } from '../../../../hub/engine/job-kind.ts'
import type { ClaimedJob, JobKey, JobOutcome, JobStep } from '../../../../hub/engine/job-step.ts'
import { WriteBook } from '../../../../hub/engine/write-book.ts'
import { EventLog } from '../../../../hub/features/events/event-log.ts'
import { typeOfEvent } from '../../../../hub/features/events/type-of.ts'
import { openJobs } from '../../../../hub/features/jobs/engine.ts'
import { JOB_EVENTS } from '../../../../hub/features/jobs/event-types.ts'
import { feature } from '../../../../hub/features/jobs/feature.ts'
import { type Clock, ManualClock } from '../../../../shared/clock.ts'
import { systemRandom } from '../../../../shared/ids.ts'
import { silentLog } from '../../../../shared/log.ts'
import type { Database } from '../../../../shared/sqlite/open.ts'
import { topicsBelow } from '../../../../shared/topics.ts'
import { KeysInMemory } from '../../secrets/keys-in-memory.ts'
import { migratedHouse } from '../../store/migrated.ts'

export interface Row {
  id: number
  state: string
  attempts: number
  payload: string
  idempotency_key: string
  last_code: string | null
  last_error: string | null
}

/** An engine whose only feature are jobs of the test's own kinds, and whatever the test has run in a transaction. */
export class JobsHouse<C extends Clock = ManualClock> {
  readonly db: Database
  readonly clock: C
  clockSynced: boolean | null = true
  /** Effects of the last transaction. */
  effects: Effect[] = []
  /** Called after each commit. */
  onEffects: (effects: Effect[]) => void = () => {}
  #kinds: readonly JobKind[]
  #engine: Engine
  #wanted: (context: Context) => unknown = () => undefined

  constructor(kinds: readonly JobKind[], db: Database, clock: C) {
    this.db = db
    this.clock = clock
    this.#kinds = kinds
    this.#engine = this.#open()
    this.#perform(this.#engine.start(this.#receipt()))
  }

  /** Runs it in a transaction of the engine, as a handler of a message is run. Throws when the engine rejected it. */
  inEngine<T>(run: (context: Context) => T): T {
    this.#wanted = run
    const { verdict, value } = this.#input({ kind: 'disk', totalBytes: 1, freeBytes: 1 })
    if (verdict !== 'stored') throw new Error((value as { error: string }).error)
    return value as T
  }

  step(change: JobStep): { verdict: Verdict; value: unknown } {
    return this.#input({ kind: 'job', change })
  }

  claim(most = 16, kinds = this.#kinds.map(({ name }) => name), going: JobKey[] = []): ClaimedJob[] {
    return this.step({ step: 'claim', most, kinds, going }).value as ClaimedJob[]
  }

  ended({ job, run }: ClaimedJob, outcome: JobOutcome): Verdict {
    return this.step({ step: 'ended', job, run, outcome }).verdict
  }

  tick(ms: number): void {
    if (this.clock instanceof ManualClock) this.clock.advance(ms)
    this.#perform(this.#engine.tick(this.#receipt()))
  }

  /** Another life over the same database: `mono` is where its monotonic clock stands. */
  restart(kinds = this.#kinds, mono = this.clock.mono()): JobsHouse {
    const next = new JobsHouse(kinds, this.db, new ManualClock(this.clock.now(), mono))
    next.clockSynced = this.clockSynced
    return next
  }

  /** So many jobs with keys `k0`, `k1`, …; the first one is the first that ended. */
  fill(kind: string, state: 'waiting' | 'done' | 'failed', count: number): void {
    const insert = this.db.prepare(
      'INSERT INTO jobs (kind, key, state, delivery, payload, idempotency_key, ready_at, ready_mono, enqueued_at, ended_at, kept_until) ' +
        "VALUES (?, ?, ?, 'at_least_once', '{}', 'x', 0, 0, 0, ?, 9e15)",
    )
    this.db.transaction(() => {
      for (let at = 0; at < count; at += 1) insert.run(kind, `k${at}`, state, at)
    })()
  }

  row(id: number): Row {
    return this.db.prepare('SELECT * FROM jobs WHERE id = ?').get(id) as Row
  }

  states(): string[] {
    return this.db.prepare('SELECT state FROM jobs ORDER BY id').pluck().all() as string[]
  }

  /** What the hub's health was told of these jobs in the last transaction; `undefined`: nothing. */
  problem(kind: string, about: 'jobs' | 'jobs_failing' | 'jobs_unknown' = 'jobs'): string | null | undefined {
    const told = this.problems(`${about}:${kind}`).at(-1)
    return told === undefined ? undefined : (told.problem?.message ?? null)
  }

  /** Each time that the hub's health was told of this in the last transaction. */
  problems(name: string) {
    return this.effects.filter((effect) => effect.kind === 'problem').filter((effect) => effect.name === name)
  }

  #open(): Engine {
    const { db } = this
    const kinds = jobKinds(this.#kinds)
    const store: Store = {
      ...{ db, topics: topicsBelow('lares'), random: systemRandom, version: 'test', tables: [], jobKinds: kinds },
      typeOf: typeOfEvent(new Map(Object.entries(JOB_EVENTS))),
      keyring: new KeysInMemory().keyring(),
      settings: {},
    }
    const wants: Feature = {
      name: 'wants',
      inputs: { disk: (context) => ({ verdict: 'stored', value: this.#wanted(context) }) },
    }
    const events = new EventLog(db, store.typeOf)
    return new Engine({
      store,
      features: [openJobs(feature.retention ?? [])({ db, jobKinds: kinds }), wants],
      houseOf: () => null,
      heard: () => {},
      addEvent: (event, context) => events.add(event, context.now),
      writes: new WriteBook(db),
      log: silentLog,
    })
  }

  #input(input: StructuredInput): { verdict: Verdict; value: unknown } {
    const writer = new BatchWriter()
    writer.input(input)
    const { verdicts, values, effects } = this.#engine.process(writer.finish(), this.#receipt())
    this.#perform(effects)
    return { verdict: VERDICTS[verdicts[0] ?? -1] ?? 'refused', value: values.at(-1)?.[1] }
  }

  #perform(effects: Effect[]): void {
    this.effects = effects
    this.onEffects(effects)
  }

  #receipt() {
    return { now: this.clock.now(), clockSynced: this.clockSynced, mono: this.clock.mono() }
  }
}

/** With a database in memory, and a clock that the test moves. */
export function openJobsHouse(kinds: readonly JobKind[]): JobsHouse {
  return new JobsHouse(kinds, migratedHouse(), new ManualClock())
}
