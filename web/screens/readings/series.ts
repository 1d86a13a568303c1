import type { ReadingsAnswer, SummaryAnswer } from '../../hub/answers.ts'
import type { HubConnection } from '../../hub/connection.ts'
import type { Chosen } from './chosen.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How fine a span is shown: every reading, or the least, mean and greatest of each step. */
export type Grain = 'raw' | '5m' | '1h' | '6h'

/** What is drawn of one sensor. Times are milliseconds, ascending; where `mean` is `null` nothing was measured. */
export interface Series {
  name: string
  unit: string
  times: number[]
  mean: (number | null)[]
  min: (number | null)[]
  max: (number | null)[]
  /** The value where it came late, long after it was measured; summaries do not know it. */
  late: (number | null)[]
  /** How many came late, and by how long the latest of them did. */
  lateness: { count: number; longestMs: number }
}

/** So that a chart has some thousand points, whatever its span. */
export function grainOf(spanMs: number): Grain {
  if (spanMs <= 6 * HOUR) return 'raw'
  if (spanMs <= 10 * DAY) return '5m'
  return spanMs <= 120 * DAY ? '1h' : '6h'
}

export const STEP_MS: Readonly<Record<Exclude<Grain, 'raw'>, number>> = {
  '5m': 5 * MINUTE,
  '1h': HOUR,
  '6h': 6 * HOUR,
}

/** More of one sensor is not drawn as single readings. */
const MOST_READINGS = 10_000

interface Asked extends Chosen {
  from: number
  to: number
  grain: Grain
}

/** What the hub has of a sensor in a span. A sensor that says very much is shown in steps of five minutes. */
export async function readSeries(connection: HubConnection, asked: Asked): Promise<Series> {
  const { device, sensor, grain } = asked
  // What is drawn over in a chart begins and ends anywhere; the hub knows whole milliseconds.
  const [from, to] = [Math.floor(asked.from), Math.ceil(asked.to)]
  if (grain === 'raw') {
    const answer = await connection.ask<ReadingsAnswer>('readings/query', {
      device,
      sensor,
      from,
      to,
      limit: MOST_READINGS,
    })
    return answer.next === undefined ? ofReadings(answer, sensor) : readSeries(connection, { ...asked, grain: '5m' })
  }
  const all: SummaryAnswer['series'] = []
  let after: string | undefined
  do {
    const page = {
      device,
      sensor,
      from,
      to,
      step: grain,
      limit: MOST_READINGS,
      ...(after === undefined ? {} : { after }),
    }
    const answer = await connection.ask<SummaryAnswer>('readings/summary', page)
    all.push(...answer.series)
    after = answer.next
  } while (after !== undefined)
  return ofSummaries(all, { sensor, stepMs: STEP_MS[grain] })
}

export function ofReadings({ series }: ReadingsAnswer, sensor: string): Series {
  const readings = series.flatMap((one) => one.readings).sort((a, b) => a.time - b.time)
  const usual = medianStep(readings.map(({ time }) => time))
  const points = readings.map(({ time, value, late_ms: lateMs }) => ({
    ...{ time, min: value, mean: value, max: value },
    ...(lateMs === undefined ? {} : { lateMs }),
  }))
  return drawn(points, {
    gapMs: Math.max(3 * usual, MINUTE),
    name: series[0]?.sensor_name ?? sensor,
    unit: lastUnit(series),
  })
}

export function ofSummaries(
  series: SummaryAnswer['series'],
  { sensor, stepMs }: { sensor: string; stepMs: number },
): Series {
  const points = series.flatMap((one) => one.summaries).sort((a, b) => a.time - b.time)
  return drawn(points, { gapMs: 2.5 * stepMs, name: series[0]?.sensor_name ?? sensor, unit: lastUnit(series) })
}

/** A sensor may have had another unit once; what it has now names the axis. */
function lastUnit(series: { unit: string }[]): string {
  return series.at(-1)?.unit ?? ''
}

interface Point {
  time: number
  min: number
  mean: number
  max: number
  lateMs?: number
}

/** Two points further apart than `gapMs` are not joined: between them stands one with nothing. */
function drawn(points: Point[], { gapMs, name, unit }: { gapMs: number; name: string; unit: string }): Series {
  const lateness = { count: 0, longestMs: 0 }
  const series: Series = { ...{ name, unit, lateness }, times: [], mean: [], min: [], max: [], late: [] }
  let before: number | null = null
  for (const { time, min, mean, max, lateMs } of points) {
    if (before !== null && time - before > gapMs) {
      series.times.push(before + 1)
      for (const list of [series.min, series.mean, series.max, series.late]) list.push(null)
    }
    series.times.push(time)
    series.min.push(min)
    series.mean.push(mean)
    series.max.push(max)
    series.late.push(lateMs === undefined ? null : mean)
    if (lateMs !== undefined) {
      lateness.count += 1
      lateness.longestMs = Math.max(lateness.longestMs, lateMs)
    }
    before = time
  }
  return series
}

function medianStep(times: number[]): number {
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? time))
  steps.sort((a, b) => a - b)
  return steps[steps.length >> 1] ?? 0
}
