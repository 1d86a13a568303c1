import { describe, expect, it } from 'vitest'
import type { HubConnection } from '../../web/hub/connection.ts'
import { linePath } from '../../web/parts/line-path.ts'
import { addressOf, readQuery } from '../../web/screens/readings/chosen.ts'
import { grainOf, ofReadings, ofSummaries, readSeries } from '../../web/screens/readings/series.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const readingsAt = (...times: number[]) => ({
  series: [{ unit: '°C', sensor_name: 'Hall', readings: times.map((time) => ({ time, value: 20, quality: 1 })) }],
})

describe('a chart', () => {
  it('has some thousand points at most, whatever its span', () => {
    expect([HOUR, DAY, 7 * DAY, 30 * DAY, 365 * DAY].map(grainOf)).toEqual(['raw', '5m', '5m', '1h', '6h'])
    expect((10 * DAY) / (5 * MINUTE)).toBeLessThan(3_000)
    expect((120 * DAY) / HOUR).toBeLessThan(3_000)
    expect((365 * DAY) / (6 * HOUR)).toBeLessThan(3_000)
  })

  it('shows a gap as a gap: where nothing was measured no line is drawn', () => {
    const steady = [0, 1, 2, 3].map((minute) => minute * MINUTE)
    const { times, mean } = ofReadings(readingsAt(...steady, HOUR, HOUR + MINUTE), 'hall')
    expect(times).toEqual([...steady, 3 * MINUTE + 1, HOUR, HOUR + MINUTE])
    expect(mean[4]).toBeNull()
    const hours = [0, 1, 2, 6].map((hour) => ({ time: hour * HOUR, min: 1, mean: 2, max: 3, count: 12 }))
    const drawn = ofSummaries([{ unit: '%', sensor_name: 'Hall', summaries: hours }], { sensor: 'hall', stepMs: HOUR })
    expect(drawn).toMatchObject({ unit: '%', min: [1, 1, 1, null, 1], max: [3, 3, 3, null, 3] })
  })

  it('marks what came late, and says how many and how late', () => {
    const readings = [
      { time: 0, value: 20, quality: 1 },
      { time: MINUTE, value: 21, quality: 1, late_ms: 3 * HOUR },
      { time: 2 * MINUTE, value: 22, quality: 1, late_ms: HOUR },
    ]
    const drawn = ofReadings({ series: [{ unit: '°C', sensor_name: 'Hall', readings }] }, 'hall')
    expect(drawn).toMatchObject({ late: [null, 21, 22], lateness: { count: 2, longestMs: 3 * HOUR } })
    const hours = [{ time: 0, min: 1, mean: 2, max: 3, count: 12 }]
    const summed = ofSummaries([{ unit: '%', sensor_name: 'Hall', summaries: hours }], { sensor: 'hall', stepMs: HOUR })
    expect(summed).toMatchObject({ late: [null], lateness: { count: 0 } })
  })

  it('orders what came of several series of one sensor, and has the unit of the last', () => {
    const two = [
      { unit: '°F', sensor_name: 'Hall', readings: [{ time: 2, value: 70, quality: 1 }] },
      { unit: '°C', sensor_name: 'Hall', readings: [{ time: 1, value: 20, quality: 1 }] },
    ]
    expect(ofReadings({ series: two }, 'hall')).toMatchObject({ times: [1, 2], mean: [20, 70], unit: '°C' })
  })

  it('of nothing is empty, and keeps the key of its sensor as its name', () => {
    expect(ofReadings({ series: [] }, 'hall')).toMatchObject({ name: 'hall', times: [], unit: '' })
  })

  it('asks for whole milliseconds, also of a span that was drawn over', async () => {
    const asked: object[] = []
    const ask = async (_command: string, params: object) => {
      asked.push(params)
      return { series: [] }
    }
    const connection = { ask } as unknown as HubConnection
    for (const grain of ['raw', '1h'] as const)
      await readSeries(connection, { device: 'a', sensor: 'b', from: 1_000.25, to: 2_000.75, grain })
    expect(asked).toMatchObject([
      { from: 1_000, to: 2_001 },
      { from: 1_000, to: 2_001 },
    ])
  })

  it('stands in its address, and what somebody wrote there wrongly is left out', () => {
    const query = { sensors: [{ device: 'kitchen-pi', sensor: 'cpu_temperature' }], span: 'week', to: 1_000 } as const
    const url = new URL(addressOf({ ...query, sensors: [...query.sensors] }), 'https://house.local')
    expect(readQuery(Object.fromEntries(url.searchParams))).toEqual(query)
    expect(readQuery({ s: 'nonsense,a/b', span: 'aeon', to: 'soon' })).toEqual({
      ...{ sensors: [{ device: 'a', sensor: 'b' }], span: 'day', to: null },
    })
    expect(readQuery({ span: 'toString' }).span).toBe('day')
  })
})

describe('a sparkline', () => {
  it('goes from the least to the greatest value, and breaks where nothing was measured', () => {
    const points = [0, 1, 10].map((step) => ({ time: step * MINUTE, value: step }))
    expect(linePath(points, MINUTE)).toBe('M0.0 26.0L12.0 23.6M120.0 2.0')
  })

  it('of a value that never changes lies in the middle, and of nothing is nothing', () => {
    expect(linePath([{ time: 5, value: 3 }], MINUTE)).toBe('M0.0 14.0')
    expect(linePath([], MINUTE)).toBe('')
  })
})
