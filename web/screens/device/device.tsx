import { useEffect } from 'preact/hooks'
import type { DeviceShown } from '../../hub/answers.ts'
import { useAnswer, useHub } from '../../hub/hub.ts'
import { pageClock } from '../../hub/page-clock.ts'
import { Ago } from '../../parts/ago.tsx'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { StatusDot } from '../../parts/status-dot.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { useTitle } from '../../shell/title.ts'
import { eventText, words } from '../../words/words.ts'
import { AboutDevice } from './about-device.tsx'
import { DeviceActions } from './device-actions.tsx'
import { DeviceEvents } from './device-events.tsx'
import { DeviceHealth } from './device-health.tsx'
import { DeviceLog } from './device-log.tsx'
import { EntityRow } from './entity-row.tsx'
import type { Heartbeat } from './heartbeat.ts'
import { ToldDevice } from './told-device.tsx'
import { WantedSettings } from './wanted-settings.tsx'

const LOOK_MS = 60_000

/** One device: how it is, what it measures and switches, what it was told, and what one can do with it. */
export function Device({ id = '' }: { id?: string }) {
  const { live } = useHub()
  const shown = useAnswer<DeviceShown>('devices/show', { device: id })
  // What its machine says of itself is published nowhere: it is asked for as often as the hub writes it down.
  useEffect(() => pageClock.every(LOOK_MS, () => document.hidden || shown.again()), [id])
  useTitle(shown.data?.device.name ?? words.value.devices.title)
  if (shown.data === null)
    return (
      <>
        <p>
          <a href="/devices">{words.value.device.toAll}</a>
        </p>
        {shown.error === null ? <Waiting /> : <Failure error={shown.error} again={shown.again} />}
      </>
    )
  const { device, entities, more_entities } = shown.data
  const status = live.status(id).value
  const alarms = status?.alarms ?? shown.data.alarms
  return (
    <>
      <p class="trail">
        <a href="/devices">{words.value.device.toAll}</a>
      </p>
      <header class="line">
        <div>
          <h1>{device.name}</h1>
          <DeviceState
            status={status?.status ?? device.status}
            since={status?.since ?? device.status_since}
            reason={status?.reason ?? device.status_reason}
          />
        </div>
        <DeviceActions device={device} onChanged={shown.again} />
      </header>
      {alarms.length > 0 && (
        <Card title={words.value.device.alarms} class="warn">
          <ul>
            {alarms.map(({ description, since, part }) => (
              <li key={`${part} ${description}`}>
                {eventText(description)} <span class="small">{<Ago time={since} />}</span>
              </li>
            ))}
          </ul>
        </Card>
      )}
      <div class="columns">
        <Card title={words.value.device.entities}>
          {entities.length === 0 && <p>{words.value.device.noEntities}</p>}
          <ul class="rows">
            {entities.map((entity) => (
              <EntityRow key={entity.key} device={id} entity={entity} />
            ))}
          </ul>
          {more_entities > 0 && <p class="small">{words.value.common.more(more_entities)}</p>}
        </Card>
        <div>
          <DeviceHealth heartbeat={device.current_state as Heartbeat} at={device.last_heartbeat} />
          <WantedSettings settings={shown.data.settings} />
          <AboutDevice device={device} />
          <ToldDevice device={id} />
          <DeviceEvents device={id} />
          {device.integration_type === 'lares' && <DeviceLog device={id} />}
        </div>
      </div>
    </>
  )
}

function DeviceState({ status, since, reason }: { status: string; since: number | null; reason: string }) {
  return (
    <p>
      <StatusDot status={status} />{' '}
      <span class="small">
        {words.value.devices.reason[reason] ?? reason} {since !== null && <Ago time={since} />}
      </span>
    </p>
  )
}
