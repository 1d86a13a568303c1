import type { Metric, MetricValue } from '../../contract/metric.ts'
import type { PlaceFigures } from './place-figures.ts'

/** How it stands with backups at each place. */
export function backupMetrics(figures: () => readonly PlaceFigures[]): Metric[] {
  const gauge = (name: string, help: string, value: (place: PlaceFigures) => number | null): Metric => ({
    type: 'gauge',
    name,
    help,
    labels: ['place'],
    read: () =>
      figures().flatMap((place): MetricValue[] => {
        const read = value(place)
        return read === null ? [] : [{ labels: { place: place.place }, value: read }]
      }),
  })
  return [
    gauge('lares_backup_newest_timestamp_seconds', 'When the newest backup at a place was made', ({ newest }) =>
      newest === null ? null : newest / 1_000,
    ),
    gauge('lares_backup_archives', 'Backups at a place', ({ archives }) => archives),
    gauge('lares_backup_bytes', 'What the backups at a place take together', ({ bytes }) => bytes),
  ]
}
