import { second } from '../hub/house-time.ts'
import { agoWords, exactWords } from '../words/times.ts'

/** How long ago something was, kept true while it is looked at; the time itself is its hint. */
export function Ago({ time }: { time: number }) {
  second.value
  return (
    <time dateTime={new Date(time).toISOString()} title={exactWords(time)}>
      {agoWords(time)}
    </time>
  )
}
