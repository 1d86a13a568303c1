import { describe, expect, it } from 'vitest'
import { LaresError } from '../../../../shared/errors.ts'
import { query } from '../../engine/ask.ts'
import { openTestHouse, reading, START } from '../../engine/engine-in-memory.ts'

const DEVICE = 'kitchen-pi'
const SENSOR = 'cpu_temperature'

/** Asks for what is not there, expects this hint, and then asks what it names, as it is typed. */
function taken(verb: 'trace/reading' | 'trace/event' | 'trace/turn', params: Record<string, unknown>, hint: string) {
  const house = openTestHouse()
  house.device(DEVICE)
  house.send([`lares/${DEVICE}/readings`, reading(1, 20)])
  let given = ''
  try {
    query(house, verb, params)
  } catch (error) {
    if (error instanceof LaresError) given = error.hint
  }
  expect(given).toBe(hint)
  const [, area, name, device, sensor] = /lares (\w+) (\w+)(?: (\S+) (\S+))?\.$/.exec(given) ?? []
  return query(house, `${area}/${name}`, device === undefined ? {} : { device, sensor })
}

describe('what a trace of something that is not there says', () => {
  it('names the command that lists the readings that are kept', () => {
    const asked = { device: DEVICE, sensor: SENSOR, at: START - 60_000 }
    const hint = `Those that are kept: lares readings query ${DEVICE} ${SENSOR}.`
    expect(taken('trace/reading', asked, hint)).toMatchObject({ series: [{ readings: [{ value: 20 }] }] })
  })

  it('names the one that lists events', () => {
    const hint = 'Those that are kept: lares events list.'
    expect(taken('trace/event', { event: 99_999 }, hint)).toMatchObject({ events: expect.any(Array) })
  })

  it('names the one that lists conversations', () => {
    const hint = 'Those that are kept: lares sessions list.'
    expect(taken('trace/turn', { turn: 'none' }, hint)).toMatchObject({ sessions: [] })
  })
})
