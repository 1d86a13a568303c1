import { second } from '../hub/house-time.ts'
import { agoWords, exactWords, isMoment } from '../words/times.ts'
import { words } from '../words/words.ts'

/** How long ago something was, kept true while it is looked at; the time itself is its hint. */
export function Ago({ time }: { time: number }) {
  second.value
  // No calendar has it: whoever sent it was mistaken.
  if (!isMoment(time)) return <span>{words.value.times.noMoment}</span>
  return (
    <time dateTime={new Date(time).toISOString()} title={exactWords(time)}>
      {agoWords(time)}
    </time>
  )
}
