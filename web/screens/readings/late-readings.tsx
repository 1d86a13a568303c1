import { spanWords } from '../../words/times.ts'
import { words } from '../../words/words.ts'
import type { Series } from './series.ts'

/** What the rings in a chart mean, in words: also for those who do not see them. */
export function LateReadings({ series }: { series: Series[] }) {
  const late = series.filter(({ lateness }) => lateness.count > 0)
  if (late.length === 0) return null
  const says = words.value.readings
  return (
    <ul class="late" aria-label={says.lateTitle}>
      {late.map(({ name, lateness: { count, longestMs } }) => (
        <li key={name}>
          <span class="ring" aria-hidden="true" />
          {says.late(name, count, spanWords(longestMs))}
        </li>
      ))}
    </ul>
  )
}
