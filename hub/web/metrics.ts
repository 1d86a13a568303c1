import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { JobFigures } from '../engine/job-step.ts'
import type { LedgerTotals } from '../engine/ledger.ts'
import type { StreamStatus, SyncStatus } from '../sync/sync-status.ts'
import type { PublishedValue } from './sensor-values.ts'

/** What the metrics look at when somebody asks. */
export interface MetricSources {
  connected: () => number
  connections: () => number
  queueDepth: () => number
  walBytes: () => number
  ledger: () => LedgerTotals
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
  /** Durable jobs: how many there are, and the runs that ended since the start. `now` is the wall clock. */
  jobs: () => {
    figures: readonly JobFigures[]
    outcomes: readonly { kind: string; outcome: string; runs: number }[]
    now: number
  }
}

export interface HubMetrics {
  registry: Registry
  /** One batch was committed. */
  batch(inputs: number, commitMs: number): void
}

/** The hub's numbers in Prometheus' text format. Gauges are read when they are asked for. */
export function hubMetrics(sources: MetricSources): HubMetrics {
  const registry = new Registry()
  const registers = [registry]
  const inputs = new Counter({ name: 'lares_inputs_total', help: 'Inputs the engine answered', registers })
  const batches = new Counter({ name: 'lares_batches_total', help: 'Transactions committed for inputs', registers })
  const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
  const commit = new Histogram({
    name: 'lares_commit_seconds',
    help: 'From the start of a batch to its commit on disk',
    buckets,
    registers,
  })

  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  gauge('lares_connected_clients', 'Clients that are connected', sources.connected)
  gauge('lares_connections', 'Open sockets', sources.connections)
  gauge('lares_queue_depth', 'Inputs that wait for the engine', sources.queueDepth)
  gauge('lares_wal_bytes', 'Size of the write-ahead log at the last checkpoint', sources.walBytes)
  gauge(
    'lares_event_loop_lag_p99_seconds',
    'How late the front thread wakes, 99th percentile of the last minute',
    () => sources.loopLagP99Ms() / 1000,
  )
  gauge('lares_degraded', '1 while nothing can be stored', () => Number(sources.degraded()))
  gauge('lares_resident_bytes', 'Memory of the process', () => process.memoryUsage.rss())

  counted(
    'lares_ledger_total',
    'Messages of devices by what became of them, since the house began; received = applied + duplicate + rejected',
    () => ({ ...sources.ledger() }),
  )
  counted('lares_denied_total', 'Publishes and subscriptions that were not allowed', () => sources.denials())
  counted('lares_violations_total', 'Connections closed for breaking MQTT or a limit', sources.violations)
  counted('lares_hook_failures_total', 'Hooks of the broker that failed', sources.hookFailures)
  gauge('lares_audio_open_turns', 'Turns that are recorded now', () => sources.audio().open)
  counted('lares_audio_total', 'Frames by what became of them, and recordings that failed', () => {
    const { open: _open, takers: _takers, ...counters } = sources.audio()
    return counters
  })
  new Counter({
    name: 'lares_sound_seconds_total',
    help: 'Sound of turns by who takes it and what became of it there',
    labelNames: ['taker', 'kind'],
    registers,
    collect() {
      this.reset()
      for (const [taker, { taken_s, dropped_s }] of Object.entries(sources.audio().takers)) {
        this.inc({ taker, kind: 'taken' }, taken_s)
        this.inc({ taker, kind: 'dropped' }, dropped_s)
      }
    },
  })
  counted(
    'lares_sound_takers_failed_total',
    'Turns in which a taker of their sound failed or gave up',
    () => Object.fromEntries(Object.entries(sources.audio().takers).map(([taker, { failed }]) => [taker, failed])),
    'taker',
  )
  new Gauge({
    name: 'lares_audio_level_dbfs',
    help: 'How loud the last turn of a device was, decibels relative to full scale',
    labelNames: ['device', 'kind'],
    registers,
    collect() {
      this.reset()
      for (const { device, level } of sources.levels()) {
        this.set({ device, kind: 'mean' }, level.meanDb)
        this.set({ device, kind: 'peak' }, level.peakDb)
      }
    },
  })
  counted('lares_messages_dropped_total', 'Messages that were given up', () => ({ ...sources.dropped() }), 'reason')

  gauge('lares_sync_connected', '1 while central takes rows', () => Number(sources.sync().state === 'running'))
  gauge('lares_sync_fenced', '1 while another hub holds the site', () => Number(sources.sync().state === 'fenced'))
  gauge('lares_sync_epoch', 'Epoch under which new rows go to central', () => sources.sync().epoch)
  gauge(
    'lares_sync_quarantined',
    'Rows that central refused and nobody has decided about',
    () => sources.sync().quarantined,
  )
  counter(
    'lares_sync_bytes_total',
    'Bytes that went to central since the house first sent something',
    () => sources.sync().bytes,
  )
  gauge('lares_sync_failures', 'Failures in a row since central last answered', () => sources.sync().failures)
  gauge(
    'lares_sync_oldest_unsent_seconds',
    'Age of the oldest row that central lacks',
    () => sources.sync().seconds_behind,
  )
  const states = ['waiting', 'running', 'failed'] as const
  new Gauge({
    name: 'lares_jobs',
    help: 'Durable jobs by kind and state; what has failed waits for a person',
    labelNames: ['kind', 'state'],
    registers,
    collect() {
      this.reset()
      for (const figures of sources.jobs().figures)
        for (const state of states) this.set({ kind: figures.kind, state }, figures[state])
    },
  })
  new Gauge({
    name: 'lares_jobs_oldest_due_seconds',
    help: 'For how long the longest waiting job of a kind could have been run',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset()
      const { figures, now } = sources.jobs()
      for (const { kind, dueSince } of figures)
        this.set({ kind }, dueSince === null ? 0 : Math.max(0, (now - dueSince) / 1000))
    },
  })
  new Counter({
    name: 'lares_job_runs_total',
    help: 'Runs of durable jobs that ended, by what became of them',
    labelNames: ['kind', 'outcome'],
    registers,
    collect() {
      this.reset()
      for (const { kind, outcome, runs } of sources.jobs().outcomes) this.inc({ kind, outcome }, runs)
    },
  })

  perStream('lares_sync_rows_behind', 'Rows that central lacks, about', ({ rows_behind }) => rows_behind)
  perStream(
    'lares_sync_seconds_behind',
    'Age of the oldest row that central lacks',
    ({ seconds_behind }) => seconds_behind,
  )

  function perStream(name: string, help: string, read: (stream: StreamStatus) => number): void {
    new Gauge({
      name,
      help,
      labelNames: ['stream', 'epoch'],
      registers,
      collect() {
        // Streams end: what was split off is sent one day.
        this.reset()
        for (const stream of sources.sync().streams)
          this.set({ stream: stream.stream, epoch: String(stream.epoch) }, read(stream))
      },
    })
  }

  sensorGauge('lares_sensor_value', 'Latest value of a sensor, in its own unit', ['unit'], ({ value }) => value)
  sensorGauge('lares_sensor_time_seconds', 'When that was measured, seconds since 1970 UTC', [], ({ at }) => at / 1000)

  function sensorGauge(name: string, help: string, more: 'unit'[], read: (sensor: PublishedValue) => number): void {
    new Gauge({
      name,
      help,
      labelNames: ['device', 'sensor', ...more],
      registers,
      collect() {
        this.reset()
        for (const one of sources.sensors()) {
          const { device, sensor, unit } = one
          this.set(more.length === 0 ? { device, sensor } : { device, sensor, unit }, read(one))
        }
      },
    })
  }

  function counter(name: string, help: string, read: () => number): void {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  }

  /** Counts that somebody else keeps. They begin anew with the hub, as a reader of counters expects. */
  function counted(name: string, help: string, read: () => Record<string, number>, label = 'kind'): void {
    new Counter({
      name,
      help,
      labelNames: [label],
      registers,
      collect() {
        this.reset()
        for (const [kind, value] of Object.entries(read())) this.inc({ [label]: kind }, value)
      },
    })
  }

  return {
    registry,
    batch(count, commitMs) {
      if (count === 0) return
      inputs.inc(count)
      batches.inc()
      commit.observe(commitMs / 1000)
    },
  }
}
