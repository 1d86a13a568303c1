/** One value of a metric, under its labels. */
export interface MetricValue {
  labels?: Record<string, string>
  value: number
}

/** A number of the hub in Prometheus' terms. It is read when somebody asks; what is not read out then is gone. */
export interface Metric {
  /** A counter only grows while the hub runs, and begins anew with it. */
  type: 'gauge' | 'counter'
  /** `lares_…`, with its unit: `_seconds`, `_bytes`, and `_total` for a counter. */
  name: string
  help: string
  /** Names of its labels; none: it has one value. */
  labels?: readonly string[]
  read(): Iterable<MetricValue>
}

/** A metric with one value. */
export function single(type: Metric['type'], name: string, help: string, read: () => number): Metric {
  return { type, name, help, read: () => [{ value: read() }] }
}

/** Counts that somebody keeps by their kind, or whatever `label` is. */
export function counted(name: string, help: string, read: () => Record<string, number>, label = 'kind'): Metric {
  const values = () => Object.entries(read()).map(([kind, value]) => ({ labels: { [label]: kind }, value }))
  return { type: 'counter', name, help, labels: [label], read: values }
}
