import { useState } from 'preact/hooks'
import type { DeviceList } from '../../hub/answers.ts'
import { useAnswer, useHub } from '../../hub/hub.ts'
import { Empty } from '../../parts/empty.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { useTitle } from '../../shell/title.ts'
import { words } from '../../words/words.ts'
import { DeviceRow } from './device-row.tsx'
import { WaitingMakers } from './waiting-makers.tsx'

type Line = DeviceList['devices'][number]

/** Every device, by rooms, found by any word of its name, room or model. */
export function Devices() {
  const says = words.value.devices
  useTitle(says.title)
  const [search, setSearch] = useState('')
  const { live } = useHub()
  const devices = useAnswer<DeviceList>('devices/list', { limit: 1_000 }, live.devices.value)
  const all = devices.data?.devices ?? []
  const found = all.filter((device) => isFound(device, search))
  return (
    <>
      <header class="line">
        <h1>{says.title}</h1>
        <a class="button main" href="/join">
          {says.add}
        </a>
      </header>
      <Failure error={devices.error} again={devices.again} />
      {devices.asking && <Waiting />}
      <WaitingMakers onAccepted={devices.again} />
      {devices.data !== null && all.length === 0 && (
        <Empty says={says.none}>
          <a href="/join">{says.add}</a>
        </Empty>
      )}
      {all.length > 0 && (
        <input
          class="search"
          type="search"
          aria-label={says.search}
          placeholder={says.search}
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      {all.length > 0 && found.length === 0 && <Empty says={says.noneFound(search)} />}
      {byRoom(found).map(([room, devices]) => (
        <section key={room} class="room">
          <h2>{room === '' ? says.noRoom : room}</h2>
          <ul class="rows">
            {devices.map((device) => (
              <DeviceRow key={device.id} device={device} />
            ))}
          </ul>
        </section>
      ))}
    </>
  )
}

function isFound({ name, room, detected_model, id }: Line, search: string): boolean {
  const text = [name, room, detected_model, id].join(' ').toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

/** Rooms by their names; what is in none stands at the end. */
function byRoom(devices: Line[]): [string, Line[]][] {
  const rooms = Map.groupBy(devices, ({ room }) => room ?? '')
  return [...rooms].sort(([a], [b]) => Number(a === '') - Number(b === '') || a.localeCompare(b))
}
