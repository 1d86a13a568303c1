import type { EventList } from '../../hub/answers.ts'
import { useAnswer } from '../../hub/hub.ts'
import { Ago } from '../../parts/ago.tsx'
import { Card } from '../../parts/card.tsx'
import { eventText, words } from '../../words/words.ts'

const SHOWN = 10

export function DeviceEvents({ device }: { device: string }) {
  const events = useAnswer<EventList>('events/list', { device, limit: 40 })
  const shown = (events.data?.events ?? []).filter(({ severity }) => severity !== 'debug').slice(0, SHOWN)
  if (shown.length === 0) return null
  return (
    <Card title={words.value.device.events}>
      <ul class="events">
        {shown.map(({ id, timestamp, severity, title, description }) => (
          <li key={id} class={severity}>
            <p>
              <strong>{eventText(title)}</strong>
            </p>
            {description !== null && <p class="small">{eventText(description)}</p>}
            <Ago time={timestamp} />
          </li>
        ))}
      </ul>
    </Card>
  )
}
