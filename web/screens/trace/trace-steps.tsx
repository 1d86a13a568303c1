import type { ComponentChildren } from 'preact'
import type { TraceAnswer } from '../../hub/answers.ts'
import { exactWords, spanWords } from '../../words/times.ts'
import { words } from '../../words/words.ts'

interface Step {
  title: string
  /** How far it came: `done`, still `open`, or `wrong`. */
  state: 'done' | 'open' | 'wrong'
  says: ComponentChildren
}

/** The stations of the way, one below the other, each with its time. */
export function TraceSteps({ trace }: { trace: TraceAnswer }) {
  return (
    <ol class="trace">
      {stepsOf(trace).map(({ title, state, says }) => (
        <li key={title} class={state}>
          <h3>{title}</h3>
          <p>{says}</p>
        </li>
      ))}
    </ol>
  )
}

function stepsOf(trace: TraceAnswer): Step[] {
  const { measured_at, time_quality, device_said, waited_ms, message, received_at, table, key } = trace
  const says = words.value.trace
  const doubt = time_quality === 'good' ? '' : ` ${says.quality[time_quality]}`
  const said = device_said === null ? '' : ` ${says.deviceSaid(exactWords(device_said))}`
  const waited = waited_ms === null ? says.waitedUnknown : says.waited(spanWords(waited_ms))
  const number = message === null ? says.noNumber : says.number(message.seq, message.lane)
  return [
    { title: says.measured, state: 'done', says: `${exactWords(measured_at)}${doubt}${said}` },
    { title: says.outbox, state: 'done', says: `${waited} ${number}` },
    { title: says.received, state: 'done', says: exactWords(received_at) },
    { title: says.stored, state: 'done', says: says.row(key, table) },
    centralStep(trace),
  ]
}

function centralStep({ central: { state, rows_before, reason } }: TraceAnswer): Step {
  const says = words.value.trace
  const title = says.central
  if (state === 'there') return { title, state: 'done', says: says.there }
  if (state === 'off') return { title, state: 'open', says: says.off }
  if (state === 'waits')
    return {
      title,
      state: 'open',
      says: rows_before === null ? says.waits : says.waitsBehind(Math.max(0, rows_before - 1)),
    }
  return { title, state: 'wrong', says: `${state === 'refused' ? says.refused : says.givenUp} ${reason ?? ''}` }
}
