import type { Mutation } from './mutation.ts'

const UNKNOWN = 'test/hub/features/jobs/unknown-jobs.test.ts'
const FAILING = 'test/hub/features/jobs/failing-keys.test.ts'
const PLANS = 'test/hub/features/jobs/plans.test.ts'
const COMMANDS = 'test/hub/features/jobs/commands.test.ts'
const ENQUEUE = 'test/hub/features/jobs/enqueue.test.ts'

/** Jobs that cannot be done now, or again and again, and what is said of them. */
export const JOBS_THAT_FAIL: readonly Mutation[] = [
  {
    without: 'keeping jobs that only another version can do',
    file: 'hub/features/jobs/unknown-jobs.ts',
    text: 'max(enqueued_at, ready_at, coalesce(due_at, 0)) <= :before',
    becomes: ':before > 0',
    test: { file: UNKNOWN, name: 'is not lost however many there are' },
  },
  {
    without: 'putting back a run that only another version can judge',
    file: 'hub/features/jobs/outcome.ts',
    text: 'else if (kind) fall(',
    becomes: 'else if (row.id > 0) fall(',
    test: { file: UNKNOWN, name: 'waits for one that does, whether it waited or ran' },
  },
  {
    without: 'an end to jobs whose kind does not come back',
    file: 'hub/features/jobs/engine.ts',
    text: '    giveUpUnknown(context, kept)\n',
    becomes: '',
    test: { file: UNKNOWN, name: 'fails once it could have been run for as long as failed ones are kept' },
  },
  {
    without: 'telling of many jobs at once that are given up',
    file: 'hub/features/jobs/unknown-jobs.ts',
    text: 'import { endUndone } from',
    becomes: 'import { giveUp as endUndone } from',
    test: { file: UNKNOWN, name: 'fails once it could have been run for as long as failed ones are kept' },
  },
  {
    without: 'believing no clock that follows no time source about jobs that nothing here can do',
    file: 'hub/features/jobs/unknown-jobs.ts',
    text: ' || clockSynced === false',
    becomes: '',
    test: { file: UNKNOWN, name: 'does not fail while the clock follows no time source' },
  },
  {
    without: 'telling of jobs that nothing here can do',
    file: 'hub/features/jobs/job-problems.ts',
    text: 'if (jobKinds.has(kind)) return null',
    becomes: 'if (jobKinds.size > 0) return null',
    test: { file: UNKNOWN, name: 'is in the health of the hub until it is there again' },
  },
  {
    without: 'a back-off of what makes way for a newer job',
    file: 'hub/features/jobs/outcome.ts',
    text: 'ELSE ready_mono END\n  WHERE kind',
    becomes: 'ELSE ready_mono END\n  WHERE attempts > 0 AND kind',
    test: { file: FAILING, name: 'is run less and less often also while a newer job is enqueued during each run' },
  },
  {
    without: 'passing on what failed of a key',
    file: 'hub/features/jobs/outcome.ts',
    text: 'SELECT failures, last_error FROM jobs WHERE id = :id',
    becomes: 'SELECT 0, NULL',
    test: { file: FAILING, name: 'is counted on when the hub stops while a newer job waits' },
  },
  {
    without: 'counting what fails of a key over its payloads',
    file: 'hub/features/jobs/enqueue.ts',
    text: 'idempotency_key = :idempotency_key, attempts = 0,',
    becomes: 'idempotency_key = :idempotency_key, attempts = 0, failures = 0,',
    test: { file: FAILING, name: 'is run less and less often also while a newer job is enqueued every minute' },
  },
  {
    without: 'an alert for a key that fails on',
    file: 'hub/features/jobs/outcome.ts',
    text: '  if (changes > 0 && failures >= delivery.attempts) tellOfJobs(context, row.kind)\n',
    becomes: '',
    test: { file: FAILING, name: 'is told to the health as soon as it failed as often as would fail one job' },
  },
  {
    without: 'an end to the alert for a key that fails on',
    file: 'hub/features/jobs/outcome.ts',
    text: ' || row.failures > 0',
    becomes: '',
    test: { file: FAILING, name: 'is told to the health as soon as it failed as often as would fail one job' },
  },
  {
    without: 'telling a delay that was asked for from a back-off',
    file: 'hub/features/jobs/outcome.ts',
    text: "const IS_LONGER = 'ready_mono <= :ready_mono'",
    becomes: "const IS_LONGER = 'TRUE'",
    test: { file: FAILING, name: 'keeps the longer delay that a newer job asked for' },
  },
  {
    without: 'keeping an older job from the place of a newer one that runs',
    file: 'hub/features/jobs/commands.ts',
    text: 'if (running !== undefined)',
    becomes: 'if (running === -1)',
    test: { file: COMMANDS, name: 'take the place of a newer one that runs' },
  },
  {
    without: 'knowing a newer job by when it was enqueued',
    file: 'hub/features/jobs/job-row.ts',
    text: '(enqueued_at, id) > (?, ?)',
    becomes: '(? IS NOT NULL AND id > ?)',
    test: { file: COMMANDS, name: 'knows a newer one by when it was enqueued' },
  },
  {
    without: 'a new count once a person looked at a key that fails on',
    file: 'hub/features/jobs/commands.ts',
    text: "    db.prepare('UPDATE jobs SET failures = 0 WHERE id = ?').run(id)\n",
    becomes: '',
    test: { file: COMMANDS, name: 'begins to count anew what fails of its key' },
  },
  {
    without: 'asking only about a job that can be given up',
    file: 'hub/features/jobs/commands.ts',
    text: '    if (!MAY_BE_GIVEN_UP.has(state)) return null\n',
    becomes: '',
    test: { file: COMMANDS, name: 'asks first, but not about what has ended' },
  },
  {
    without: 'keeping what a copy of the database was made with',
    file: 'hub/features/jobs/engine.ts',
    text: " AND (state <> 'failed' OR kept_until IS NOT NULL)",
    becomes: '',
    test: {
      file: 'test/hub/features/jobs/outcome.test.ts',
      name: 'and with which a copy of the database was made stays until somebody decides',
    },
  },
  {
    without: 'counting jobs without reading their rows',
    file: 'hub/features/jobs/job-figures.ts',
    text: ' INDEXED BY ix_jobs_figures',
    becomes: '',
    test: { file: PLANS, name: 'for the figures, every second, reads no row' },
  },
  {
    without: 'looking for what is due without reading rows',
    file: 'drizzle/sqlite/0021_job-failures.sql',
    text: '`ready_mono`,`id`,`due_at`,`attempts`,`key`)',
    becomes: '`ready_mono`,`id`)',
    test: { file: PLANS, name: 'for what is due, every second, reads no row' },
  },
  {
    without: 'naming the states in which a job has ended',
    file: 'hub/features/jobs/engine.ts',
    text: "state IN ('done', 'failed', 'cancelled', 'replaced')",
    becomes: "state NOT IN ('waiting', 'running')",
    test: { file: PLANS, name: 'for what is more than may be kept, every minute, reads no row' },
  },
  {
    without: 'finding the job that failed last without sorting all that did',
    file: 'drizzle/sqlite/0021_job-failures.sql',
    text: 'CREATE INDEX `ix_jobs_ended` ON `jobs` (`state`,`kind`,`ended_at`,`id`,`kept_until`);--> statement-breakpoint\n',
    becomes: '',
    test: { file: PLANS, name: 'for the one that failed last, at each that fails, sorts nothing' },
  },
  {
    without: 'saying that none of a kind is run when its places are used up',
    file: 'hub/front/job-runner.ts',
    text: 'deaf.length >= concurrency',
    becomes: 'false',
    test: { file: 'test/hub/front/job-runner.test.ts', name: 'is told with what is not run because of it' },
  },
  {
    without: 'refusing payloads that may be anything',
    file: 'hub/engine/job-payload.ts',
    text: 'if (!SAYS.some((word) => schema[word] !== undefined))',
    becomes: "if (schema.type === 'none')",
    test: { file: ENQUEUE, name: 'in its payload' },
  },
  {
    without: 'looking for secrets in what refers to itself',
    file: 'hub/engine/job-payload.ts',
    text: '[root, ...defined.map(([, schema]) => schema)]',
    becomes: '[root]',
    test: { file: ENQUEUE, name: 'in its payload' },
  },
  {
    without: 'refusing payloads that are described elsewhere',
    file: 'hub/engine/job-payload.ts',
    text: 'schema.$ref !== undefined && !refs.has(schema.$ref)',
    becomes: "schema.$ref === ''",
    test: { file: ENQUEUE, name: 'in its payload' },
  },
]
