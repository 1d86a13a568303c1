import type { DeviceList } from '../../hub/answers.ts'
import { useHub } from '../../hub/hub.ts'
import { Ago } from '../../parts/ago.tsx'
import { Empty } from '../../parts/empty.tsx'
import { StatusDot } from '../../parts/status-dot.tsx'
import { words } from '../../words/words.ts'
import { DeviceGlance } from './device-glance.tsx'

type Line = DeviceList['devices'][number]

/** On the overview there is room for so many; the rest is on the page of devices. */
const SHOWN = 12

export function DeviceCards({ devices }: { devices: Line[] }) {
  const { live } = useHub()
  const says = words.value.overview
  if (devices.length === 0)
    return (
      <Empty says={says.empty}>
        <p>{says.emptyNext}</p>
        <a class="button main" href="/join">
          {says.addDevice}
        </a>
      </Empty>
    )
  const online = devices.filter(({ id, status }) => (live.status(id).value?.status ?? status) !== 'offline').length
  return (
    <section aria-labelledby="devices-title">
      <header class="line">
        <h2 id="devices-title">
          <a href="/devices">{says.devices(online, devices.length)}</a>
        </h2>
        <a class="button" href="/join">
          {says.addDevice}
        </a>
      </header>
      <ul class="cards">
        {devices.slice(0, SHOWN).map((device) => (
          <DeviceCard key={device.id} device={device} />
        ))}
      </ul>
      {devices.length > SHOWN && (
        <p>
          <a href="/devices">{words.value.common.more(devices.length - SHOWN)}</a>
        </p>
      )}
    </section>
  )
}

function DeviceCard({ device }: { device: Line }) {
  const { live } = useHub()
  const status = live.status(device.id).value
  const now = status?.status ?? device.status
  const since = status?.since ?? device.status_since
  return (
    <li class="card device">
      <a href={`/devices/${device.id}`}>{device.name}</a>
      <StatusDot status={now} />
      <DeviceGlance device={device.id} />
      <p class="small">{now === 'offline' && since !== null ? <Ago time={since} /> : (device.room ?? device.house)}</p>
    </li>
  )
}
