import { describe, expect, it } from 'vitest'
import { type Metric, single } from '../../../hub/contract/metric.ts'
import type { Effect } from '../../../hub/engine/input.ts'
import { SYNC_OFF } from '../../../hub/sync/sync-status.ts'
import type { MetricSources } from '../../../hub/web/metric-lists.ts'
import { hubMetrics } from '../../../hub/web/metrics.ts'
import { SensorValues } from '../../../hub/web/sensor-values.ts'
import { topicsBelow } from '../../../shared/topics.ts'

interface Family {
  type: string
  samples: { name: string; labels: string; value: number }[]
}

/**
 * Reads Prometheus' text format as strictly as `promtool check metrics`: each family once, with HELP and TYPE before its
 * samples, legal names and labels, no sample twice. Throws at the first line that is not so.
 */
function parse(text: string): Map<string, Family> {
  const families = new Map<string, Family>()
  const seen = new Set<string>()
  let helped = ''
  let current = ''
  expect(text.endsWith('\n')).toBe(true)
  for (const line of text.split('\n').filter((one) => one !== '')) {
    const help = /^# HELP ([a-z][a-z0-9_]*) \S/.exec(line)
    const type = /^# TYPE ([a-z][a-z0-9_]*) (counter|gauge|histogram)$/.exec(line)
    const sample =
      /^([a-z][a-z0-9_]*)(\{(?:[a-z][a-z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)+\})? (-?[0-9.e+-]+|NaN|[+-]Inf)$/.exec(line)
    if (help) helped = help[1] ?? ''
    else if (type) {
      current = type[1] ?? ''
      if (helped !== current || families.has(current)) throw new Error(`out of place: ${line}`)
      families.set(current, { type: type[2] ?? '', samples: [] })
    } else if (sample) {
      const [, name = '', labels = '', value] = sample
      const family = families.get(current)
      const parts = family?.type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
      if (!family || !parts.some((part) => name === `${current}${part}`) || seen.has(name + labels))
        throw new Error(`out of place: ${line}`)
      seen.add(name + labels)
      family.samples.push({ name, labels, value: Number(value) })
    } else throw new Error(`not in the format: ${line}`)
  }
  return families
}

function metricsUnderTest(ofFeatures: readonly Metric[] = []) {
  const values = new SensorValues(topicsBelow('lares'))
  const counts = { stored: 3, dropped: 1 }
  const sources: MetricSources = {
    connected: () => 2,
    connections: () => 2,
    queueDepth: () => 0,
    walBytes: () => 4_096,
    writes: () => ({ readings: { commits: 2, bytes: 8_240 }, backups: { commits: 0, bytes: 4_096 } }),
    ledger: () => ({ received: counts.stored, applied: counts.stored, duplicate: 0, rejected: 0 }),
    denials: () => ({ publish: 1, subscribe: 0 }),
    violations: () => ({ 'a "quoted"\nreason\\': 1 }),
    hookFailures: () => ({}),
    loopLagP99Ms: () => 1,
    audio: () => ({
      ...{ open: 1, frames: 5, lost: 0, bad: 0, late: 0, duplicates: 0, failed: 0 },
      takers: {
        file: { taken_s: 0.2, dropped_s: 0, failed: 0 },
        recognition: { taken_s: 0.04, dropped_s: 0.16, failed: 1 },
      },
    }),
    levels: () => [{ device: 'kitchen-pi-x7k2', level: { meanDb: -31.5, peakDb: -6 } }],
    degraded: () => false,
    sync: () => SYNC_OFF,
    followers: () => ({
      figures: [
        { name: 'influx', lagRows: 12, waitingSince: 40_000, lostRows: 3 },
        { name: 'webhooks', lagRows: 0, waitingSince: null, lostRows: 0 },
      ],
      counts: [{ name: 'influx', rows: 7, failures: 2 }],
      now: 100_000,
    }),
    jobs: () => ({
      figures: [
        { kind: 'letter', waiting: 3, running: 1, failed: 2, dueSince: 40_000 },
        { kind: 'siren', waiting: 0, running: 0, failed: 1, dueSince: null },
      ],
      outcomes: [{ kind: 'letter', outcome: 'timed_out', runs: counts.stored }],
      now: 100_000,
    }),
    dropped: () => ({ session_away: counts.dropped, slow_reader: 5 }),
    sensors: () => values.all(),
  }
  const metrics = hubMetrics(sources, ofFeatures)
  return { values, counts, metrics, scrape: async () => parse(await metrics.registry.metrics()) }
}

function state(sensor: string, payload: string): Effect {
  return { kind: 'publish', topic: `lares/kitchen-pi-x7k2/state/${sensor}`, payload, qos: 1, retain: true }
}

const value = (number: number) =>
  JSON.stringify({ value: number, unit: '°C', at: 1_795_000_000_000, quality: 1, time_quality: 'good' })

describe('what Prometheus reads', () => {
  it('is in its format, with everything that only grows typed as a counter and named as one', async () => {
    const { metrics, values, scrape } = metricsUnderTest()
    metrics.batch(3, 12)
    values.note([state('temperature', value(21.5))])
    const families = await scrape()
    expect(families.size).toBeGreaterThan(20)
    for (const [name, { type }] of families) expect([name, type === 'counter']).toEqual([name, name.endsWith('_total')])
    const typed = (name: string) => families.get(name)?.type
    expect(
      ['lares_ledger_total', 'lares_denied_total', 'lares_audio_total', 'lares_messages_dropped_total'].map(typed),
    ).toEqual(['counter', 'counter', 'counter', 'counter'])
    expect(typed('lares_audio_open_turns')).toBe('gauge')
  })

  it('has the sound of turns by who took it, and how loud the last of each device was', async () => {
    const { scrape } = metricsUnderTest()
    await scrape()
    const families = await scrape()
    expect(families.get('lares_sound_seconds_total')?.samples).toMatchObject([
      { labels: '{taker="file",kind="taken"}', value: 0.2 },
      { labels: '{taker="file",kind="dropped"}', value: 0 },
      { labels: '{taker="recognition",kind="taken"}', value: 0.04 },
      { labels: '{taker="recognition",kind="dropped"}', value: 0.16 },
    ])
    expect(families.get('lares_sound_takers_failed_total')?.samples).toMatchObject([
      { labels: '{taker="file"}', value: 0 },
      { labels: '{taker="recognition"}', value: 1 },
    ])
    expect(families.get('lares_audio_level_dbfs')?.samples).toMatchObject([
      { labels: '{device="kitchen-pi-x7k2",kind="mean"}', value: -31.5 },
      { labels: '{device="kitchen-pi-x7k2",kind="peak"}', value: -6 },
    ])
    expect(families.get('lares_audio_total')?.samples.map(({ labels }) => labels)).not.toContain('{kind="takers"}')
  })

  it("has the numbers of features beside the hub's own, and of two with one name none is lost without a word", async () => {
    const wishes = single('counter', 'lares_weather_wishes_total', 'Wishes of devices', () => 7)
    const { scrape } = metricsUnderTest([wishes])
    expect((await scrape()).get('lares_weather_wishes_total')?.samples).toMatchObject([{ labels: '', value: 7 }])
    expect(() => metricsUnderTest([{ ...wishes, name: 'lares_jobs' }])).toThrow('lares_jobs')
  })

  it('has followers by name: how far behind they are, what they lost, and what they took', async () => {
    const families = await metricsUnderTest().scrape()
    const of = (name: string) => families.get(name)?.samples.map(({ value }) => value)
    expect(of('lares_follower_lag_rows')).toEqual([12, 0])
    expect(of('lares_follower_lag_seconds')).toEqual([60, 0])
    expect(of('lares_follower_lost_rows')).toEqual([3, 0])
    expect([of('lares_follower_rows_total'), of('lares_follower_failures_total')]).toEqual([[7], [2]])
  })

  it('has durable jobs by kind: how many, for how long they could have been run, and what became of their runs', async () => {
    const { scrape } = metricsUnderTest()
    await scrape()
    const families = await scrape()
    expect(families.get('lares_jobs')?.samples.slice(0, 4)).toMatchObject([
      { labels: '{kind="letter",state="waiting"}', value: 3 },
      { labels: '{kind="letter",state="running"}', value: 1 },
      { labels: '{kind="letter",state="failed"}', value: 2 },
      { labels: '{kind="siren",state="waiting"}', value: 0 },
    ])
    expect(families.get('lares_jobs_oldest_due_seconds')?.samples).toMatchObject([
      { labels: '{kind="letter"}', value: 60 },
      { labels: '{kind="siren"}', value: 0 },
    ])
    expect(families.get('lares_job_runs_total')?.samples).toMatchObject([
      { labels: '{kind="letter",outcome="timed_out"}', value: 3 },
    ])
  })

  it('tells counts as they are at each look, not their sum over the looks', async () => {
    const { counts, scrape } = metricsUnderTest()
    await scrape()
    counts.stored = 7
    counts.dropped = 2
    const families = await scrape()
    expect(families.get('lares_ledger_total')?.samples[0]).toMatchObject({ labels: '{kind="received"}', value: 7 })
    expect(families.get('lares_messages_dropped_total')?.samples).toMatchObject([
      { labels: '{reason="session_away"}', value: 2 },
      { labels: '{reason="slow_reader"}', value: 5 },
    ])
  })

  it('shows the latest value of each sensor with its unit and time, until its state is taken away', async () => {
    const { values, scrape } = metricsUnderTest()
    const shown = async () => (await scrape()).get('lares_sensor_value')?.samples
    values.note([state('temperature', value(21.5)), state('humidity', 'no json'), state('temperature', value(22))])
    expect(await shown()).toEqual([
      {
        name: 'lares_sensor_value',
        labels: '{device="kitchen-pi-x7k2",sensor="temperature",unit="°C"}',
        value: 22,
      },
    ])
    expect((await scrape()).get('lares_sensor_time_seconds')?.samples[0]?.value).toBe(1_795_000_000)
    values.note([state('temperature', '')])
    expect(await shown()).toEqual([])
  })
})
