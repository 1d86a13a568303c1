import { useState } from 'preact/hooks'
import type { DeviceList } from '../../hub/answers.ts'
import { useAnswer } from '../../hub/hub.ts'
import { Empty } from '../../parts/empty.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { useTitle } from '../../shell/title.ts'
import { words } from '../../words/words.ts'
import { EventRow } from './event-row.tsx'
import { useEvents } from './use-events.ts'

const PAGE = 100
const SEVERITIES = ['debug', 'info', 'warning', 'error', 'critical'] as const

/** What happened, the newest first, with who wanted it and every detail. */
export function Events() {
  const says = words.value.events
  useTitle(says.title)
  const [device, setDevice] = useState('')
  const [least, setLeast] = useState<string>('info')
  const [isOpen, setOpen] = useState(false)
  const [search, setSearch] = useState('')
  const devices = useAnswer<DeviceList>('devices/list', { limit: 1_000 })
  const { events, asking, error, again, refresh, hasMore, more } = useEvents({
    ...{ limit: PAGE, least },
    ...(device === '' ? {} : { device }),
    ...(isOpen ? { acknowledged: false } : {}),
    ...(search === '' ? {} : { search }),
  })
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
          <select value={least} onChange={(event) => setLeast(event.currentTarget.value)}>
            {SEVERITIES.map((name) => (
              <option key={name} value={name}>
                {says.severity[name]}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.value.common.search}
          <input type="search" onChange={(event) => setSearch(event.currentTarget.value.trim())} />
        </label>
        <label class="check">
          <input type="checkbox" checked={isOpen} onChange={(event) => setOpen(event.currentTarget.checked)} />{' '}
          {says.onlyOpen}
        </label>
      </form>
      <Failure error={error} again={again} />
      {asking && <Waiting />}
      {!asking && error === null && events.length === 0 && <Empty says={isOpen ? says.noneOpen : says.none} />}
      <ul class="events">
        {events.map((event) => (
          <EventRow key={event.id} event={event} onSeen={() => void refresh()} />
        ))}
      </ul>
      {hasMore && (
        <button type="button" disabled={more.busy} onClick={() => void more.load()}>
          {words.value.common.showMore}
        </button>
      )}
      <Failure error={more.error} />
    </>
  )
}
