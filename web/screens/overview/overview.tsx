import type { DeviceList, EntityList, LatestReadings } from '../../hub/answers.ts'
import { useAnswer, useHub } from '../../hub/hub.ts'
import { Failure } from '../../parts/failure.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { useTitle } from '../../shell/title.ts'
import { words } from '../../words/words.ts'
import { DeviceCards } from './device-cards.tsx'
import { KnownProvider } from './device-glance.tsx'
import { Figures } from './figures.tsx'
import { LatestEvents } from './latest-events.tsx'
import { OpenAlerts } from './open-alerts.tsx'
import { PeopleAtHome } from './people-at-home.tsx'
import { Verdict } from './verdict.tsx'
import { WhatWaits } from './what-waits.tsx'

/** Whether all is well, and if not what is not, since when, and what to do. */
export function Overview() {
  useTitle(words.value.overview.title)
  const { live } = useHub()
  const devices = useAnswer<DeviceList>('devices/list', {}, live.devices.value)
  const newest = useAnswer<LatestReadings>('readings/latest')
  const entities = useAnswer<EntityList>('entities/list', { limit: 700 })
  const known =
    newest.data && entities.data ? { readings: newest.data.readings, entities: entities.data.entities } : null
  return (
    <>
      <h1 class="unseen">{words.value.overview.title}</h1>
      <Failure error={devices.error} again={devices.again} />
      {devices.data === null ? (
        devices.error === null && <Waiting />
      ) : (
        <>
          <Verdict devices={devices.data.devices} />
          <OpenAlerts />
          <WhatWaits />
          <KnownProvider value={known}>
            <DeviceCards devices={devices.data.devices} />
          </KnownProvider>
          <div class="columns">
            <LatestEvents />
            <div>
              <PeopleAtHome />
              <Figures />
            </div>
          </div>
        </>
      )}
    </>
  )
}
