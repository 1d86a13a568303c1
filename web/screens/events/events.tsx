import { useState } from 'preact/hooks'
import type { DeviceList, EventLine, EventList } from '../../hub/answers.ts'
import { useAnswer, useHub } from '../../hub/hub.ts'
import { Ago } from '../../parts/ago.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { useTitle } from '../../shell/title.ts'
import { words } from '../../words/words.ts'

const PAGE = 100
const SEVERITIES = ['debug', 'info', 'warning', 'error', 'critical'] as const

/** What happened, the newest first, with who wanted it and every detail. */
export function Events() {
  const says = words.value.events
  useTitle(says.title)
  const [device, setDevice] = useState('')
  const [least, setLeast] = useState(1)
  const [search, setSearch] = useState('')
  const devices = useAnswer<DeviceList>('devices/list', { limit: 1_000 })
  const asked = { limit: PAGE, ...(device === '' ? {} : { device }), ...(search === '' ? {} : { search }) }
  const events = useAnswer<EventList>('events/list', asked)
  const more = useMore(asked, events.data)
  const shown = [...(events.data?.events ?? []), ...more.events].filter(
    ({ severity }) => SEVERITIES.indexOf(severity as 'info') >= least,
  )
  return (
    <>
      <h1>{says.title}</h1>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <label>
          {says.filterDevice}
          <select value={device} onChange={(event) => setDevice(event.currentTarget.value)}>
            <option value="">{words.value.common.all}</option>
            {(devices.data?.devices ?? []).map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {says.filterSeverity}
          <select value={least} onChange={(event) => setLeast(Number(event.currentTarget.value))}>
            {SEVERITIES.map((name, index) => (
              <option key={name} value={index}>
                {says.severity[name]}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.value.common.search}
          <input type="search" onChange={(event) => setSearch(event.currentTarget.value.trim())} />
        </label>
      </form>
      <Failure error={events.error} again={events.again} />
      {events.asking && <Waiting />}
      {events.data !== null && shown.length === 0 && <Empty says={says.none} />}
      <ul class="events">
        {shown.map((event) => (
          <EventRow key={event.id} event={event} />
        ))}
      </ul>
      {more.next !== undefined && (
        <button type="button" disabled={more.busy} onClick={() => void more.load()}>
          {words.value.common.showMore}
        </button>
      )}
      <Failure error={more.error} />
    </>
  )
}

function EventRow({ event }: { event: EventLine }) {
  const { id, timestamp, severity, title, description, device_name, device_id, by, event_data } = event
  const says = words.value.events
  const details = JSON.stringify(event_data, null, 2)
  return (
    <li class={severity}>
      <p>
        <span class="tag">{says.severity[severity] ?? severity}</span> <strong>{title}</strong>{' '}
        {device_id !== null && <a href={`/devices/${device_id}`}>{device_name ?? device_id}</a>}
      </p>
      {description !== null && <p>{description}</p>}
      <p class="small">
        <Ago time={timestamp} /> {by} <a href={`/trace?event=${id}`}>{words.value.trace.link}</a>
      </p>
      {details !== '{}' && details !== 'null' && (
        <details>
          <summary>{says.details}</summary>
          <pre>{details}</pre>
        </details>
      )}
    </li>
  )
}

/** Older pages behind the first one. They are forgotten when something else is asked for. */
function useMore(asked: object, first: EventList | null) {
  const { connection } = useHub()
  const key = JSON.stringify(asked)
  const [state, setState] = useState<{ key: string; pages: EventList[]; busy: boolean; error: Error | null }>({
    ...{ key, pages: [], busy: false, error: null },
  })
  const mine = state.key === key ? state : { key, pages: [], busy: false, error: null }
  const last = mine.pages.at(-1) ?? first
  return {
    events: mine.pages.flatMap(({ events }) => events),
    next: last?.next,
    busy: mine.busy,
    error: mine.error as never,
    async load() {
      setState({ ...mine, busy: true })
      try {
        const page = await connection.ask<EventList>('events/list', { ...asked, after: last?.next })
        setState({ key, pages: [...mine.pages, page], busy: false, error: null })
      } catch (error) {
        setState({ ...mine, busy: false, error: error as Error })
      }
    },
  }
}
