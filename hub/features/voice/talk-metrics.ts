import { counted, type Metric, single } from '../../contract/metric.ts'
import type { Talk } from '../../talk/talk.ts'

/** How turns that somebody spoke went. */
export function talkMetrics(talk: Pick<Talk, 'outcomes' | 'open'>): Metric[] {
  return [
    counted(
      'lares_voice_turns_total',
      'Turns that were heard here, by how they were left.',
      () => ({ ...talk.outcomes }),
      'outcome',
    ),
    single('gauge', 'lares_voice_turns_open', 'Turns that are heard or answered now.', () => talk.open),
  ]
}
