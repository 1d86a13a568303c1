export type Span = 'hour' | 'day' | 'week' | 'month' | 'year'

const HOUR = 3_600_000

export const SPAN_MS: Readonly<Record<Span, number>> = {
  hour: HOUR,
  day: 24 * HOUR,
  week: 168 * HOUR,
  month: 30 * 24 * HOUR,
  year: 365 * 24 * HOUR,
}

export const SPANS = Object.keys(SPAN_MS) as Span[]

/** A sensor of a device, by their keys. */
export interface Chosen {
  device: string
  sensor: string
}

/** What a chart shows; it stands in the address, so that a link shows the same to somebody else. */
export interface ChartQuery {
  sensors: Chosen[]
  span: Span
  /** Where it ends, milliseconds; `null`: now, and it moves on. */
  to: number | null
}

export function readQuery(query: Record<string, string>): ChartQuery {
  const sensors = (query.s ?? '')
    .split(',')
    .map((one) => one.split('/'))
    .filter((parts) => parts.length === 2)
    .map(([device = '', sensor = '']) => ({ device, sensor }))
  const span = SPANS.find((one) => one === query.span) ?? 'day'
  const to = Number(query.to)
  return { sensors, span, to: Number.isSafeInteger(to) && to > 0 ? to : null }
}

export function addressOf({ sensors, span, to }: ChartQuery): string {
  const named = sensors.map(({ device, sensor }) => `${device}/${sensor}`).join(',')
  return `/readings?s=${encodeURIComponent(named)}&span=${span}${to === null ? '' : `&to=${to}`}`
}
