import type { Metric } from '../../contract/metric.ts'

/** What `/metrics` says of alerts. What became of messages, the metrics of jobs say. */
export function alertMetrics(open: () => Readonly<Record<string, number>>): readonly Metric[] {
  return [
    {
      type: 'gauge',
      name: 'lares_alerts_open',
      help: 'Alerts that are open, by how serious they are',
      labels: ['severity'],
      read: () => Object.entries(open()).map(([severity, value]) => ({ labels: { severity }, value })),
    },
  ]
}
