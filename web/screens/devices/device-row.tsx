import type { DeviceList } from '../../hub/answers.ts'
import { useHub } from '../../hub/hub.ts'
import { Ago } from '../../parts/ago.tsx'
import { StatusDot } from '../../parts/status-dot.tsx'
import { eventText, words } from '../../words/words.ts'

export function DeviceRow({ device }: { device: DeviceList['devices'][number] }) {
  const status = useHub().live.status(device.id).value
  const now = status?.status ?? device.status
  const since = status?.since ?? device.status_since
  const alarm = status?.alarms?.[0]?.description ?? device.alarms[0]
  const reason = words.value.devices.reason[status?.reason ?? device.status_reason]
  return (
    <li class="row">
      <a href={`/devices/${device.id}`}>{device.name}</a>
      <span class="small">{[device.detected_model, device.group].filter(Boolean).join(' · ')}</span>
      <span class="end">
        <StatusDot status={now} />{' '}
        {now === 'offline' && since !== null && (
          <span class="small" title={reason}>
            <Ago time={since} />
          </span>
        )}
      </span>
      {alarm !== undefined && <p class="alarm">{eventText(alarm)}</p>}
    </li>
  )
}
