import { useEffect } from 'preact/hooks'
import type { AlertList } from '../../hub/answers.ts'
import { useAnswer, useDoing, useHub } from '../../hub/hub.ts'
import { pageClock } from '../../hub/page-clock.ts'
import { Ago } from '../../parts/ago.tsx'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { words } from '../../words/words.ts'

/** Alerts are raised by the hub; what is told of them elsewhere is told here within this time. */
const LOOK_MS = 15_000

/** Alerts that stand, each with a button that says that somebody has seen it. Nothing where none does. */
export function OpenAlerts() {
  const alerts = useAnswer<AlertList>('alerts/list')
  const doing = useDoing()
  const { connection } = useHub()
  const says = words.value
  useEffect(() => pageClock.every(LOOK_MS, alerts.again), [connection])
  const open = alerts.data?.alerts ?? []
  if (open.length === 0) return null
  const acknowledge = async (alert: number) => {
    if ((await doing.run('alerts/acknowledge', { alert })) !== null) alerts.again()
  }
  return (
    <Card title={says.overview.alerts} class="warn" side={<a href="/alerts">{says.overview.allAlerts}</a>}>
      <Failure error={doing.error} />
      <ul class="rows">
        {open.map(({ id, says: what, state, severity, raised_at }) => (
          <li key={id} class={`row ${severity}`}>
            <span>{what}</span>
            <span class="end">
              <Ago time={raised_at} />
              {state === 'open' && (
                <button type="button" disabled={doing.busy} onClick={() => void acknowledge(id)}>
                  {says.actions.seen}
                </button>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
