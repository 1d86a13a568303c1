import { useLocation } from 'preact-iso'
import type { TraceAnswer } from '../../hub/answers.ts'
import { useAnswer } from '../../hub/hub.ts'
import { Ago } from '../../parts/ago.tsx'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { useTitle } from '../../shell/title.ts'
import { words } from '../../words/words.ts'
import { TraceSteps } from './trace-steps.tsx'
import { askedOf } from './what-is-traced.ts'

/** The way of one reading, event or turn, from its sensor to central, with what went wrong on the way. */
export function Trace() {
  const says = words.value.trace
  useTitle(says.title)
  const asked = askedOf(useLocation().query)
  const trace = useAnswer<TraceAnswer>(asked?.command ?? null, asked?.params)
  return (
    <>
      <h1>{says.title}</h1>
      <p>{says.lead}</p>
      {asked === null && <p class="notice">{says.howTo}</p>}
      <Failure error={trace.error} again={trace.again} />
      {trace.asking && <Waiting />}
      {trace.data !== null && (
        <>
          <h2>
            {trace.data.what}
            {trace.data.device !== null && (
              <>
                {' · '}
                <a href={`/devices/${trace.data.device}`}>{trace.data.device_name ?? trace.data.device}</a>
              </>
            )}
          </h2>
          <TraceSteps trace={trace.data} />
          <Card title={says.rejected}>
            {trace.data.rejected.length === 0 && <p>{says.noneRejected}</p>}
            <ul class="rows">
              {trace.data.rejected.map(({ received_at, code, reason }) => (
                <li key={`${received_at} ${reason}`} class="row">
                  <span>{reason}</span>
                  <span class="end small">
                    {code} <Ago time={received_at} />
                  </span>
                </li>
              ))}
            </ul>
          </Card>
        </>
      )}
    </>
  )
}
