import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { EntityControl } from '../../entities/entity-control.tsx'
import { stateWords } from '../../entities/state-words.ts'
import type { EntityLine, EntityList, LatestReadings, SummaryAnswer } from '../../hub/answers.ts'
import { hubNow } from '../../hub/house-time.ts'
import { useAnswer, useHub } from '../../hub/hub.ts'
import { Sparkline } from '../../parts/sparkline.tsx'
import { withUnit } from '../../words/numbers.ts'
import { lovedOf, mainEntity } from './main-entity.ts'

const DAY_MS = 86_400_000
/** Asked once for all cards; whoever looks longer than that is shown a chart. */
const ROUND_MS = 300_000

interface Known {
  readings: LatestReadings['readings']
  entities: EntityList['entities']
}

const KnownOfAll = createContext<Known | null>(null)

/** What was asked once for all devices of the page. */
export const KnownProvider = KnownOfAll.Provider

/** What says most about a device: what it switches or watches as it is, or its best sensor with its last day. */
export function DeviceGlance({ device }: { device: string }) {
  const known = useContext(KnownOfAll)
  if (known === null) return <p class="sparkline none" />
  const entity = mainEntity(known.entities.filter((one) => one.device === device))
  if (entity !== undefined) return <OfEntity device={device} entity={entity} />
  const sensor = lovedOf(known.readings.filter((one) => one.device === device))
  return sensor === undefined ? <p class="sparkline none" /> : <OfSensor {...sensor} />
}

function OfEntity({ device, entity }: { device: string; entity: EntityLine }) {
  const state = useHub().live.state(device, entity.key).value
  return (
    <div class="glance">
      <output class="word">{stateWords(entity, state)}</output>
      <EntityControl device={device} entity={entity} state={state} />
    </div>
  )
}

function OfSensor({ device, sensor, sensor_name, unit, value }: LatestReadings['readings'][number]) {
  const { live } = useHub()
  const to = Math.ceil(hubNow() / ROUND_MS) * ROUND_MS
  const { data } = useAnswer<SummaryAnswer>('readings/summary', { device, sensor, step: '5m', from: to - DAY_MS, to })
  const state = live.state(device, sensor).value
  const now = typeof state?.value === 'number' ? state.value : value
  const points = (data?.series[0]?.summaries ?? []).map(({ time, mean }) => ({ time, value: mean }))
  const says = now === undefined ? sensor_name : `${sensor_name} ${withUnit(now, unit)}`
  return (
    <div class="glance">
      <Sparkline points={points} stepMs={data?.step_ms ?? ROUND_MS} says={says} />
      <span aria-hidden="true" title={sensor_name}>
        {now === undefined ? '' : withUnit(now, unit)}
      </span>
    </div>
  )
}
