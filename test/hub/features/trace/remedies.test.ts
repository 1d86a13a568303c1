import { describe, expect, it } from 'vitest'
import { LaresError } from '../../../../shared/errors.ts'
import { query } from '../../engine/ask.ts'
import { openTestHouse, reading, START } from '../../engine/engine-in-memory.ts'

/** Asks for what is not there, and then what the hint names, as it is typed. `words` are the hint with its device and sensor. */
function taken(verb: 'trace/reading' | 'trace/event' | 'trace/turn', params: Record<string, unknown>, words: RegExp) {
  const house = openTestHouse()
  house.device('kitchen-pi')
  house.send(['lares/kitchen-pi/readings', reading(1, 20)])
  try {
    query(house, verb, params)
  } catch (error) {
    const [typed = '', device, sensor] = words.exec((error as LaresError).hint) ?? []
    const [, area, name] = typed.split('lares ')[1]?.match(/(\w+) (\w+)/) ?? []
    return query(house, `${area}/${name}`, sensor === undefined ? {} : { device, sensor })
  }
  throw new LaresError('internal', 'it is there')
}

describe('what a trace of something that is not there says', () => {
  it('names the command that lists the readings that are kept', () => {
    const asked = { device: 'kitchen-pi', sensor: 'cpu_temperature', at: START - 60_000 }
    expect(taken('trace/reading', asked, /Those that are kept: lares readings query (\S+) (\S+)\./)).toMatchObject({
      series: [{ readings: [{ value: 20 }] }],
    })
  })

  it('names the one that lists events', () => {
    expect(taken('trace/event', { event: 99_999 }, /Those that are kept: lares events list\./)).toMatchObject({
      events: expect.any(Array),
    })
  })

  it('names the one that lists conversations', () => {
    expect(taken('trace/turn', { turn: 'none' }, /Those that are kept: lares sessions list\./)).toMatchObject({
      sessions: [],
    })
  })
})
