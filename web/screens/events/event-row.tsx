import { useState } from 'preact/hooks'
import type { EventLine } from '../../hub/answers.ts'
import { Ago } from '../../parts/ago.tsx'
import { eventText, words } from '../../words/words.ts'
import { AcknowledgeEvent } from './acknowledge-event.tsx'

/** What somebody is to have seen; the command line takes notes, too. */
const WORSE: ReadonlySet<string> = new Set(['warning', 'error', 'critical'])

interface EventRowParts {
  event: EventLine
  /** Somebody has seen it now, or it and others. */
  onSeen: () => void
}

/** An event with who wanted it, who has seen it, and every detail. */
export function EventRow({ event, onSeen }: EventRowParts) {
  const { id, timestamp, severity, title, description, device_name, device_id, by, event_data } = event
  const [asks, setAsks] = useState(false)
  const says = words.value.events
  const isOpen = event.acknowledged_by === null && event.category !== 'audit' && WORSE.has(severity)
  const details = JSON.stringify(event_data, null, 2)
  return (
    <li class={`${severity} ${event.acknowledged_by === null ? '' : 'seen'}`}>
      <p>
        <span class="tag">{says.severity[severity] ?? severity}</span> <strong>{eventText(title)}</strong>{' '}
        {device_id !== null && <a href={`/devices/${device_id}`}>{device_name ?? device_id}</a>}
      </p>
      {description !== null && <p>{eventText(description)}</p>}
      <p class="small">
        <Ago time={timestamp} /> {by === 'local' ? says.local : by}{' '}
        <a href={`/trace?event=${id}`}>{words.value.trace.link}</a>
        {isOpen && (
          <>
            {' · '}
            <button
              type="button"
              class="link"
              aria-label={`${says.acknowledge}: ${eventText(title)}`}
              onClick={() => setAsks(true)}
            >
              {says.acknowledge}
            </button>
          </>
        )}
      </p>
      {event.acknowledged_by !== null && event.acknowledged_at !== null && (
        <p class="small">
          {says.seenBy(event.acknowledged_by === 'local' ? says.local : event.acknowledged_by)}{' '}
          <Ago time={event.acknowledged_at} />
          {event.note !== null && `: ${event.note}`}
        </p>
      )}
      {details !== '{}' && details !== 'null' && (
        <details>
          <summary>{says.details}</summary>
          <pre>{details}</pre>
        </details>
      )}
      {asks && (
        <AcknowledgeEvent
          event={event}
          onClose={() => setAsks(false)}
          onDone={() => {
            setAsks(false)
            onSeen()
          }}
        />
      )}
    </li>
  )
}
