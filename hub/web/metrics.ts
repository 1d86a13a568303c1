import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Metric } from '../contract/metric.ts'
import { hubMetricLists, type MetricSources } from './metric-lists.ts'

export interface HubMetrics {
  registry: Registry
  /** One batch was committed. */
  batch(inputs: number, commitMs: number): void
}

/** The hub's numbers and those of features in Prometheus' text format. Throws when two have one name. */
export function hubMetrics(sources: MetricSources, ofFeatures: readonly Metric[] = []): HubMetrics {
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
  for (const metric of [...hubMetricLists(sources), ...ofFeatures]) register(metric, registry)
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

/** What somebody else keeps is read when it is asked for, all of it anew: streams end, sensors leave. */
function register({ type, name, help, labels = [], read }: Metric, registry: Registry): void {
  const described = { name, help, labelNames: [...labels], registers: [registry] }
  if (type === 'gauge')
    new Gauge({
      ...described,
      collect() {
        this.reset()
        for (const { labels: of = {}, value } of read()) this.set(of, value)
      },
    })
  else
    new Counter({
      ...described,
      collect() {
        this.reset()
        for (const { labels: of = {}, value } of read()) this.inc(of, value)
      },
    })
}
