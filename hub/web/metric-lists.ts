import { counted, type Metric, single } from '../contract/metric.ts'
import type { FollowerFigures } from '../engine/follower-step.ts'
import type { JobFigures } from '../engine/job-step.ts'
import type { LedgerTotals } from '../engine/ledger.ts'
import type { WrittenAmount, WrittenByCause } from '../engine/write-book.ts'
import type { StreamStatus, SyncStatus } from '../sync/sync-status.ts'
import type { PublishedValue } from './sensor-values.ts'

/** What the metrics look at when somebody asks. */
export interface MetricSources {
  connected: () => number
  connections: () => number
  queueDepth: () => number
  walBytes: () => number
  ledger: () => LedgerTotals
  /** What was written to the disk since the start. */
  writes: () => WrittenByCause
  denials: () => { publish: number; subscribe: number }
  violations: () => Record<string, number>
  hookFailures: () => Record<string, number>
  loopLagP99Ms: () => number
  /** `open` is how many turns are recorded now; the rest only grow. */
  audio: () => {
    open: number
    frames: number
    lost: number
    bad: number
    late: number
    duplicates: number
    failed: number
    takers: Record<string, { taken_s: number; dropped_s: number; failed: number }>
  }
  /** How loud the last turn of each device was, decibels relative to full scale. Empty where that is not to be shown. */
  levels: () => { device: string; level: { meanDb: number; peakDb: number } }[]
  /**
   * Messages that were given up, by reason. `session_away`: their session stayed away too long, or too many waited for it;
   * `slow_reader`: QoS 0, and the connection that was to get them took no bytes.
   */
  dropped: () => { session_away: number; slow_reader: number }
  /** Empty where they are not to be shown. */
  sensors: () => PublishedValue[]
  degraded: () => boolean
  sync: () => SyncStatus
  /** Followers of what is stored: how far they are, and what they took since the start. `now` is the wall clock. */
  followers: () => {
    figures: readonly FollowerFigures[]
    counts: readonly { name: string; rows: number; failures: number }[]
    now: number
  }
  /** Durable jobs: how many there are, and the runs that ended since the start. `now` is the wall clock. */
  jobs: () => {
    figures: readonly JobFigures[]
    outcomes: readonly { kind: string; outcome: string; runs: number }[]
    now: number
  }
}

/** Every number of a hub, part by part. */
export function hubMetricLists(sources: MetricSources): Metric[] {
  return [
    ...ofTheHub(sources),
    ...ofTheDisk(sources),
    ...ofTheBroker(sources),
    ...ofSound(sources),
    ...ofSync(sources),
    ...ofJobs(sources),
    ...ofFollowers(sources),
    ...ofSensors(sources),
  ]
}

function ofTheHub({ queueDepth, walBytes, loopLagP99Ms, degraded, ledger }: MetricSources): Metric[] {
  return [
    single('gauge', 'lares_queue_depth', 'Inputs that wait for the engine', queueDepth),
    single('gauge', 'lares_wal_bytes', 'Size of the write-ahead log at the last checkpoint', walBytes),
    single(
      'gauge',
      'lares_event_loop_lag_p99_seconds',
      'How late the front thread wakes, 99th percentile of the last minute',
      () => loopLagP99Ms() / 1000,
    ),
    single('gauge', 'lares_degraded', '1 while nothing can be stored', () => Number(degraded())),
    single('gauge', 'lares_resident_bytes', 'Memory of the process', () => process.memoryUsage.rss()),
    counted(
      'lares_ledger_total',
      'Messages of devices by what became of them, since the house began; received = applied + duplicate + rejected',
      () => ({ ...ledger() }),
    ),
  ]
}

function ofTheDisk({ writes }: MetricSources): Metric[] {
  const numbers = (of: (written: WrittenAmount) => number) => () =>
    Object.fromEntries(Object.entries(writes()).map(([cause, written]) => [cause, of(written)]))
  return [
    counted(
      'lares_written_bytes_total',
      'Bytes written to the disk',
      numbers(({ bytes }) => bytes),
      'cause',
    ),
    counted(
      'lares_commits_total',
      'Transactions flushed to the disk',
      numbers(({ commits }) => commits),
      'cause',
    ),
  ]
}

function ofTheBroker(sources: MetricSources): Metric[] {
  const { connected, connections, denials, violations, hookFailures, dropped } = sources
  return [
    single('gauge', 'lares_connected_clients', 'Clients that are connected', connected),
    single('gauge', 'lares_connections', 'Open sockets', connections),
    counted('lares_denied_total', 'Publishes and subscriptions that were not allowed', () => denials()),
    counted('lares_violations_total', 'Connections closed for breaking MQTT or a limit', violations),
    counted('lares_hook_failures_total', 'Hooks of the broker that failed', hookFailures),
    counted('lares_messages_dropped_total', 'Messages that were given up', () => ({ ...dropped() }), 'reason'),
  ]
}

function ofSound({ audio, levels }: MetricSources): Metric[] {
  const takers = () => Object.entries(audio().takers)
  return [
    single('gauge', 'lares_audio_open_turns', 'Turns that are recorded now', () => audio().open),
    counted('lares_audio_total', 'Frames by what became of them, and recordings that failed', () => {
      const { open: _open, takers: _takers, ...counters } = audio()
      return counters
    }),
    {
      type: 'counter',
      name: 'lares_sound_seconds_total',
      help: 'Sound of turns by who takes it and what became of it there',
      labels: ['taker', 'kind'],
      read: () =>
        takers().flatMap(([taker, { taken_s, dropped_s }]) => [
          { labels: { taker, kind: 'taken' }, value: taken_s },
          { labels: { taker, kind: 'dropped' }, value: dropped_s },
        ]),
    },
    counted(
      'lares_sound_takers_failed_total',
      'Turns in which a taker of their sound failed or gave up',
      () => Object.fromEntries(takers().map(([taker, { failed }]) => [taker, failed])),
      'taker',
    ),
    {
      type: 'gauge',
      name: 'lares_audio_level_dbfs',
      help: 'How loud the last turn of a device was, decibels relative to full scale',
      labels: ['device', 'kind'],
      read: () =>
        levels().flatMap(({ device, level }) => [
          { labels: { device, kind: 'mean' }, value: level.meanDb },
          { labels: { device, kind: 'peak' }, value: level.peakDb },
        ]),
    },
  ]
}

function ofSync({ sync }: MetricSources): Metric[] {
  const refused = 'Rows that central refused and nobody has decided about'
  const sent = 'Bytes that went to central since the house first sent something'
  const oldest = 'Age of the oldest row that central lacks'
  return [
    single('gauge', 'lares_sync_connected', '1 while central takes rows', () => Number(sync().state === 'running')),
    single('gauge', 'lares_sync_fenced', '1 while another hub holds the site', () => Number(sync().state === 'fenced')),
    single('gauge', 'lares_sync_epoch', 'Epoch under which new rows go to central', () => sync().epoch),
    single('gauge', 'lares_sync_quarantined', refused, () => sync().quarantined),
    single('counter', 'lares_sync_bytes_total', sent, () => sync().bytes),
    single('gauge', 'lares_sync_failures', 'Failures in a row since central last answered', () => sync().failures),
    single('gauge', 'lares_sync_oldest_unsent_seconds', oldest, () => sync().seconds_behind),
    perStream('lares_sync_rows_behind', 'Rows that central lacks, about', ({ rows_behind }) => rows_behind),
    perStream('lares_sync_seconds_behind', oldest, ({ seconds_behind }) => seconds_behind),
  ]

  function perStream(name: string, help: string, value: (stream: StreamStatus) => number): Metric {
    const read = () =>
      sync().streams.map((one) => ({ labels: { stream: one.stream, epoch: String(one.epoch) }, value: value(one) }))
    return { type: 'gauge', name, help, labels: ['stream', 'epoch'], read }
  }
}

function ofJobs({ jobs }: MetricSources): Metric[] {
  const states = ['waiting', 'running', 'failed'] as const
  return [
    {
      type: 'gauge',
      name: 'lares_jobs',
      help: 'Durable jobs by kind and state; what has failed waits for a person',
      labels: ['kind', 'state'],
      read: () =>
        jobs().figures.flatMap((one) =>
          states.map((state) => ({ labels: { kind: one.kind, state }, value: one[state] })),
        ),
    },
    {
      type: 'gauge',
      name: 'lares_jobs_oldest_due_seconds',
      help: 'For how long the longest waiting job of a kind could have been run',
      labels: ['kind'],
      read() {
        const { figures, now } = jobs()
        const since = (due: number | null) => (due === null ? 0 : Math.max(0, (now - due) / 1000))
        return figures.map(({ kind, dueSince }) => ({ labels: { kind }, value: since(dueSince) }))
      },
    },
    {
      type: 'counter',
      name: 'lares_job_runs_total',
      help: 'Runs of durable jobs that ended, by what became of them',
      labels: ['kind', 'outcome'],
      read: () => jobs().outcomes.map(({ kind, outcome, runs }) => ({ labels: { kind, outcome }, value: runs })),
    },
  ]
}

function ofFollowers({ followers }: MetricSources): Metric[] {
  const figures = (value: (one: FollowerFigures, now: number) => number) => () => {
    const { figures, now } = followers()
    return figures.map((one) => ({ labels: { follower: one.name }, value: value(one, now) }))
  }
  const counts = (value: (one: { rows: number; failures: number }) => number) => () =>
    followers().counts.map((one) => ({ labels: { follower: one.name }, value: value(one) }))
  const labels = ['follower']
  const waited = ({ waitingSince }: FollowerFigures, now: number) =>
    waitingSince === null ? 0 : Math.max(0, (now - waitingSince) / 1000)
  return [
    {
      ...{ type: 'gauge', name: 'lares_follower_lag_rows', labels },
      ...{ help: 'Rows that a follower is not past, about', read: figures(({ lagRows }) => lagRows) },
    },
    {
      ...{ type: 'gauge', name: 'lares_follower_lag_seconds', labels },
      ...{ help: 'Age of the oldest row that a follower is not past', read: figures(waited) },
    },
    {
      ...{ type: 'gauge', name: 'lares_follower_lost_rows', labels },
      ...{ help: 'Rows that a follower never had, ever', read: figures(({ lostRows }) => lostRows) },
    },
    {
      ...{ type: 'counter', name: 'lares_follower_rows_total', labels },
      ...{ help: 'Rows that a follower took', read: counts(({ rows }) => rows) },
    },
    {
      ...{ type: 'counter', name: 'lares_follower_failures_total', labels },
      ...{ help: 'Batches that were not taken', read: counts(({ failures }) => failures) },
    },
  ]
}

function ofSensors({ sensors }: MetricSources): Metric[] {
  return [
    {
      type: 'gauge',
      name: 'lares_sensor_value',
      help: 'Latest value of a sensor, in its own unit',
      labels: ['device', 'sensor', 'unit'],
      read: () => sensors().map(({ device, sensor, unit, value }) => ({ labels: { device, sensor, unit }, value })),
    },
    {
      type: 'gauge',
      name: 'lares_sensor_time_seconds',
      help: 'When that was measured, seconds since 1970 UTC',
      labels: ['device', 'sensor'],
      read: () => sensors().map(({ device, sensor, at }) => ({ labels: { device, sensor }, value: at / 1000 })),
    },
  ]
}
