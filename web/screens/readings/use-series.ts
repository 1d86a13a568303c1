import { useEffect, useState } from 'preact/hooks'
import { useHub } from '../../hub/hub.ts'
import { asHubError, type HubError } from '../../hub/hub-error.ts'
import { NewestQuestion } from '../../hub/newest-question.ts'
import type { Chosen } from './chosen.ts'
import { grainOf, readSeries, type Series } from './series.ts'

interface Wanted {
  from: number
  to: number
  /** Whether the span stands still. */
  settled: boolean
}

type Span = Pick<Wanted, 'from' | 'to'>

/** What is drawn. While something else is asked for what was there stays, so that a chart never blinks. */
export function useSeries(sensors: Chosen[], { from, to, settled }: Wanted) {
  const { connection } = useHub()
  const [state, setState] = useState<{ key: string; series: Series[] | null; error: HubError | null }>({
    ...{ key: '', series: null, error: null },
  })
  const [asked, setAsked] = useState(0)
  const [questions, setQuestions] = useState<NewestQuestion<Span, Series[]> | null>(null)
  const times = connection.times.value
  const names = sensors.map(({ device, sensor }) => `${device}/${sensor}`).join()
  // A chart that moves on is one question asked again; what is looked at instead is another, and waits for nothing.
  const subject = `${names} ${settled ? `${from} ${to}` : to - from} ${asked} ${times}`
  useEffect(() => {
    if (times === 0) return
    const made = new NewestQuestion<Span, Series[]>(
      (span) =>
        Promise.all(
          sensors.map((one) => readSeries(connection, { ...one, ...span, grain: grainOf(span.to - span.from) })),
        ),
      (_span, answer) =>
        setState((before) =>
          'data' in answer
            ? { key: names, series: answer.data, error: null }
            : { ...before, error: asHubError(answer.error) },
        ),
    )
    setQuestions(made)
    return () => made.end()
  }, [subject])
  useEffect(() => questions?.put({ from, to }), [questions, from, to])
  return {
    series: state.key === names ? state.series : null,
    error: state.error,
    again: () => setAsked((before) => before + 1),
  }
}
