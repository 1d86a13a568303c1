import { useEffect } from 'preact/hooks'
import type { EventList } from '../../hub/answers.ts'
import { Gathered } from '../../hub/gathered.ts'
import { useAnswer, useHub } from '../../hub/hub.ts'
import { pageClock } from '../../hub/page-clock.ts'
import { Ago } from '../../parts/ago.tsx'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { eventText, words } from '../../words/words.ts'

const SHOWN = 8
/** What happens within this is asked for at once, and however much happens it is asked for again. */
const GATHER_MS = 400

/** What happened of late that matters: notes and worse, without what people and programs asked for. */
export function LatestEvents() {
  const { connection } = useHub()
  const says = words.value
  const events = useAnswer<EventList>('events/list', { limit: 60, least: 'info', acknowledged: false })
  useEffect(() => {
    const gathered = new Gathered(pageClock, { ms: GATHER_MS, run: events.again })
    const stop = connection.hear('+/event', () => gathered.one())
    return () => {
      stop()
      gathered.stop()
    }
  }, [connection])
  const shown = (events.data?.events ?? []).filter(matters).slice(0, SHOWN)
  return (
    <Card title={says.overview.latest} side={<a href="/events">{says.overview.allEvents}</a>}>
      <Failure error={events.error} again={events.again} />
      {events.data !== null && shown.length === 0 && <p>{says.overview.noEvents}</p>}
      <ul class="events">
        {shown.map(({ id, timestamp, severity, title, description, device_name }) => (
          <li key={id} class={severity}>
            <p>
              <strong>{device_name ?? eventText(title)}</strong> {device_name === null ? '' : eventText(title)}
            </p>
            {description !== null && <p class="small">{eventText(description)}</p>}
            <Ago time={timestamp} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

function matters({ severity, category }: EventList['events'][number]): boolean {
  return severity !== 'debug' && !(category === 'audit' && severity === 'info')
}
