import { useEffect, useRef, useState } from 'preact/hooks'
import { useHub } from '../../hub/hub.ts'
import { asHubError, type HubError } from '../../hub/hub-error.ts'
import type { Chosen } from './chosen.ts'
import { grainOf, readSeries, type Series } from './series.ts'

interface Wanted {
  from: number
  to: number
  /** Whether the span stands still. */
  settled: boolean
}

/** What is drawn. While something else is asked for what was there stays, so that a chart never blinks. */
export function useSeries(sensors: Chosen[], { from, to }: Wanted) {
  const { connection } = useHub()
  const [state, setState] = useState<{ key: string; series: Series[] | null; error: HubError | null }>({
    ...{ key: '', series: null, error: null },
  })
  const [asked, setAsked] = useState(0)
  const times = connection.times.value
  const names = sensors.map(({ device, sensor }) => `${device}/${sensor}`).join()
  const latest = useRef('')
  const key = `${names} ${from} ${to} ${asked} ${times}`
  latest.current = key
  useEffect(() => {
    if (times === 0) return
    const grain = grainOf(to - from)
    Promise.all(sensors.map((one) => readSeries(connection, { ...one, from, to, grain }))).then(
      (series) => latest.current === key && setState({ key: names, series, error: null }),
      (thrown) => latest.current === key && setState((before) => ({ ...before, error: asHubError(thrown) })),
    )
  }, [key])
  return {
    series: state.key === names ? state.series : null,
    error: state.error,
    again: () => setAsked((before) => before + 1),
  }
}
