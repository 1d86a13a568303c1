import { expect, it } from 'vitest'
import { LATE_READING_MS } from '../../../../shared/limits.ts'
import { query } from '../../engine/ask.ts'
import { openTestHouse } from '../../engine/engine-in-memory.ts'

interface Answer {
  series: { readings: { value: number; late_ms?: number }[] }[]
}

it('a reading that waited on its device for long says by how much it came late, and no other does', () => {
  const house = openTestHouse()
  house.device('kitchen-pi')
  const measured = (value: number, agoMs: number) => ({
    items: [{ sensor: 'hall', value, at: house.now - agoMs, kind: 'temperature', unit: '°C' }],
    sent: { at: house.now, mono: 0 },
  })
  house.send(
    ['lares/kitchen-pi/readings', measured(1, 3_600_000)],
    ['lares/kitchen-pi/readings', measured(2, LATE_READING_MS)],
    ['lares/kitchen-pi/readings', measured(3, 0)],
  )
  const { series } = query<Answer>(house, 'readings/query', { device: 'kitchen-pi', sensor: 'hall' })
  expect(series[0]?.readings).toEqual([
    { time: house.now - 3_600_000, value: 1, quality: 1, late_ms: 3_600_000 },
    { time: house.now - LATE_READING_MS, value: 2, quality: 1 },
    { time: house.now, value: 3, quality: 1 },
  ])
})
