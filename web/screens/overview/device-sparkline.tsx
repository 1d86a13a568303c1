import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { LatestReadings, SummaryAnswer } from '../../hub/answers.ts'
import { hubNow } from '../../hub/house-time.ts'
import { useAnswer, useHub } from '../../hub/hub.ts'
import { Sparkline } from '../../parts/sparkline.tsx'
import { withUnit } from '../../words/numbers.ts'

const DAY_MS = 86_400_000
/** Asked once for all cards; whoever looks longer than that is shown a chart. */
const ROUND_MS = 300_000

/** What people want to see of a device at a glance, the first that it has. */
const LOVED = ['temperature', 'humidity', 'power', 'battery', 'load']

const Newest = createContext<LatestReadings['readings'] | null>(null)

export const NewestProvider = Newest.Provider

/** The last day of the sensor that says most about a device, with its value now. */
export function DeviceSparkline({ device }: { device: string }) {
  const newest = useContext(Newest)
  const sensor = newest === null ? undefined : lovedOf(newest.filter((one) => one.device === device))
  return sensor === undefined ? <p class="sparkline none" /> : <OfSensor {...sensor} />
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

export function lovedOf<T extends { sensor: string; sensor_type: string }>(sensors: readonly T[]): T | undefined {
  const rank = ({ sensor_type, sensor }: T) => {
    const place = LOVED.findIndex((kind) => sensor_type === kind || sensor.includes(kind))
    return place === -1 ? LOVED.length : place
  }
  return [...sensors].sort((a, b) => rank(a) - rank(b) || a.sensor.localeCompare(b.sensor))[0]
}
