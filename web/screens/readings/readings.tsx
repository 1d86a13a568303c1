import { useEffect, useState } from 'preact/hooks'
import { lazy, useLocation } from 'preact-iso'
import type { LatestReadings } from '../../hub/answers.ts'
import { hubNow } from '../../hub/house-time.ts'
import { useAnswer } from '../../hub/hub.ts'
import { pageClock } from '../../hub/page-clock.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { useTitle } from '../../shell/title.ts'
import { spanWords } from '../../words/times.ts'
import { words } from '../../words/words.ts'
import { addressOf, type ChartQuery, readQuery, SPAN_MS, SPANS } from './chosen.ts'
import { ExportReadings } from './export-readings.tsx'
import { LateReadings } from './late-readings.tsx'
import { SensorChoice } from './sensor-choice.tsx'
import { grainOf, STEP_MS } from './series.ts'
import { useSeries } from './use-series.ts'

const Chart = lazy(() => import('./chart.tsx').then(({ Chart }) => Chart))

/** Charts from minutes to years, of one sensor or several. What is shown stands in the address. */
export function Readings() {
  const says = words.value.readings
  useTitle(says.title)
  const { query, route } = useLocation()
  const shown = readQuery(query)
  const [zoom, setZoom] = useState<{ from: number; to: number } | null>(null)
  const latest = useAnswer<LatestReadings>('readings/latest', { limit: 5_000 })
  const end = useEnd(shown)
  const { from, to } = zoom ?? { from: end - SPAN_MS[shown.span], to: end }
  const { series, error, again } = useSeries(shown.sensors, { from, to, settled: zoom !== null || shown.to !== null })
  const show = (wanted: Partial<ChartQuery>) => {
    setZoom(null)
    route(addressOf({ ...shown, ...wanted }), true)
  }
  const grain = grainOf(to - from)
  const move = (by: number) => {
    const moved = to + by * (to - from)
    setZoom(null)
    route(addressOf({ ...shown, to: moved >= hubNow() ? null : Math.round(moved) }), true)
  }
  return (
    <>
      <h1>{says.title}</h1>
      <Failure error={latest.error ?? error} again={again} />
      {latest.data !== null && latest.data.readings.length === 0 && <Empty says={says.none} />}
      <SensorChoice
        all={latest.data?.readings ?? []}
        chosen={shown.sensors}
        onChange={(sensors) => show({ sensors })}
      />
      <div class="line spans">
        <fieldset class="choices">
          <legend class="unseen">{says.title}</legend>
          {SPANS.map((span) => (
            <button
              key={span}
              type="button"
              aria-pressed={span === shown.span && zoom === null}
              onClick={() => show({ span })}
            >
              {says.span[span]}
            </button>
          ))}
        </fieldset>
        <div class="buttons">
          <button type="button" onClick={() => move(-1)}>
            {says.earlier}
          </button>
          <button type="button" disabled={to >= hubNow() - 1_000} onClick={() => move(1)}>
            {says.later}
          </button>
          <button type="button" onClick={() => show({ to: null })}>
            {says.now}
          </button>
          <CopyButton label={says.share} text={() => location.href} />
        </div>
      </div>
      {series === null && shown.sensors.length > 0 && error === null && <Waiting />}
      {series !== null && series.length > 0 && (
        // biome-ignore lint/a11y/noStaticElementInteractions: a second way beside the buttons, for the mouse
        <div onDblClick={() => setZoom(null)}>
          <Chart series={series} from={from} to={to} onZoom={(from, to) => setZoom({ from, to })} />
          {series.every(({ times }) => times.length === 0) && <p>{says.noData}</p>}
          <LateReadings series={series} />
          <ExportReadings sensors={shown.sensors} from={from} to={to} />
          <p class="small">
            {grain === 'raw' ? says.raw : says.steps(spanWords(STEP_MS[grain]))}. {says.zoom}
          </p>
        </div>
      )}
    </>
  )
}

/** Where a chart that moves on ends now: it takes a step with each of what it shows. */
function useEnd({ to, span }: ChartQuery): number {
  const grain = grainOf(SPAN_MS[span])
  const step = grain === 'raw' ? 5_000 : grain === '5m' ? 60_000 : 600_000
  const [end, setEnd] = useState(() => hubNow())
  useEffect(() => {
    setEnd(hubNow())
    return pageClock.every(step, () => setEnd(hubNow()))
  }, [step])
  return to ?? end
}
