import { describe, expect, it } from 'vitest'
import { type FollowParts, follow } from '../../cli/follow.ts'
import type { Found } from '../../cli/stored.ts'
import { StoredEvents } from '../../cli/stored-events.ts'
import { StoredReadings } from '../../cli/stored-readings.ts'
import { ManualClock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import { query } from '../hub/engine/ask.ts'
import { openTestHouse, reading, START, type TestHouse } from '../hub/engine/engine-in-memory.ts'
import { LineToHouse, settled } from './lib/line-to-house.ts'

function houseWithPi(): TestHouse {
  const house = openTestHouse()
  house.device('kitchen-pi')
  return house
}

interface Following {
  line: LineToHouse
  clock: ManualClock
  lines: string[]
  said: string[]
  /** Lets time go by, a second at a time. */
  pass(seconds: number): Promise<void>
  rest(): Found['rest']
  end(): Promise<void>
}

async function following(house: TestHouse, more: Partial<FollowParts> = {}): Promise<Following> {
  const line = new LineToHouse(house)
  const clock = new ManualClock()
  const ending = new AbortController()
  const lines: string[] = []
  const said: string[] = []
  let rest: Found['rest']
  const ended = follow({
    connect: line.connect,
    stored: async () => new StoredEvents({}),
    filters: [],
    json: true,
    print: (text) => lines.push(text),
    say: (text) => said.push(text),
    typed(left) {
      rest = left
      return `lares ${left.area} ${left.verb}`
    },
    clock,
    signal: ending.signal,
    ...more,
  })
  ended.catch(() => undefined)
  await settled()
  return {
    line,
    clock,
    lines,
    said,
    rest: () => rest,
    async pass(seconds) {
      for (let n = 0; n < seconds; n++) {
        clock.advance(1_000)
        await settled()
      }
    },
    async end() {
      ending.abort()
      await ended
    },
  }
}

let seq = 0
/** Presses the button with this name, and tells whoever hears it. */
function press({ line }: Pick<Following, 'line'>, button: string, more: object = {}): void {
  seq += 1
  const event = { epoch: 'e1', lane: 'live', seq, boot: 'b1', type: 'button_pressed', data: { button }, ...more }
  line.house.send(['lares/kitchen-pi/event', { sent: { at: START, mono: 1e9 }, at: START, mono: 1e9, ...event }])
  for (const payload of line.house.published('/admin/event')) line.publish('lares/admin/event', JSON.stringify(payload))
}

const buttons = ({ lines }: Following) =>
  lines.map((text) => (JSON.parse(text) as { data: { button?: string } }).data.button)

describe('who follows events', () => {
  it('sees what happens, as it happens, and nothing of before', async () => {
    const house = houseWithPi()
    press({ line: new LineToHouse(house) }, 'before')
    const one = await following(house)
    press(one, 'bell', { description: 'The bell at the gate.' })
    await one.pass(1)
    expect(one.lines.map((text) => JSON.parse(text) as unknown)).toEqual([
      {
        id: expect.any(Number),
        type: 'button_pressed',
        severity: 'info',
        at: START,
        house: expect.any(String),
        description: 'The bell at the gate.',
        data: { button: 'bell', device: 'kitchen-pi' },
      },
    ])
    await one.end()
  })

  it('sees what happened while the hub was away, before what comes then, each once', async () => {
    const one = await following(houseWithPi())
    press(one, 'a')
    await one.pass(1)
    one.line.cut('the connection was closed')
    await one.pass(3)
    press(one, 'b')
    press(one, 'c')
    one.line.away = null
    await one.pass(1)
    press(one, 'd')
    await one.pass(20)
    expect(buttons(one)).toEqual(['a', 'b', 'c', 'd'])
    await one.end()
  })

  it('is told once that the hub is away and why, and when it is back', async () => {
    const one = await following(houseWithPi())
    one.line.cut('the connection was closed')
    await settled()
    one.line.away = 'connect ENOENT'
    await one.pass(90)
    expect(one.said).toEqual(['The hub is away: the connection was closed. Waiting for it.'])
    one.line.away = null
    await one.pass(1)
    expect(one.said.slice(1)).toEqual(['The hub is back after 1 min.'])
    await one.end()
  })

  it('sees after a moment what the hub tells nobody, such as what a device had kept for later', async () => {
    const one = await following(houseWithPi())
    press(one, 'kept', { lane: 'backlog' })
    expect(one.line.house.published('/admin/event')).toEqual([])
    await one.pass(5)
    expect(buttons(one)).toEqual(['kept'])
    await one.end()
  })

  it('misses and doubles nothing when a look fails half-way', async () => {
    const one = await following(houseWithPi())
    let asked = 0
    one.line.asked = () => {
      asked += 1
      if (asked === 2) one.line.cut('the connection was closed')
      if (asked === 2) throw new LaresError('unreachable', 'the connection was closed')
    }
    const pressed = Array.from({ length: 50 }, (_, n) => `b${n}`)
    for (const button of pressed) press(one, button)
    await one.pass(1)
    expect([asked, buttons(one)]).toEqual([2, []])
    one.line.away = null
    await one.pass(10)
    expect(buttons(one)).toEqual(pressed)
    expect(one.said).toHaveLength(2)
    await one.end()
  })

  it('asks for fewer where so many are too much for one answer', async () => {
    const one = await following(houseWithPi())
    one.line.asked = (_verb, { limit }) => {
      if (Number(limit) > 6) throw new LaresError('query_too_long', 'too long')
    }
    for (let n = 0; n < 10; n++) press(one, `b${n}`)
    await one.pass(1)
    expect(buttons(one)).toEqual(Array.from({ length: 10 }, (_, n) => `b${n}`))
    expect(one.said).toEqual([])
    await one.end()
  })

  it('is told what stands in the way of a look, once, and goes on when it can', async () => {
    const one = await following(houseWithPi())
    one.line.asked = () => {
      throw new LaresError('busy', '16 questions of yours wait already')
    }
    press(one, 'a')
    await one.pass(30)
    expect(one.said).toEqual([expect.stringContaining('16 questions of yours wait already')])
    one.line.asked = () => {}
    await one.pass(5)
    expect(buttons(one)).toEqual(['a'])
    await one.end()
  })

  it('is told how many are not shown, and with what they are', async () => {
    const one = await following(houseWithPi())
    one.line.cut('gone')
    for (let n = 0; n < 1_234; n++) press(one, `b${n}`)
    one.line.away = null
    await one.pass(2)
    expect(one.lines).toHaveLength(1_000)
    expect(buttons(one).at(0)).toBe('b234')
    expect(buttons(one).at(-1)).toBe('b1233')
    expect(one.said.at(-1)).toBe('234 older ones are not shown here: lares events list')
    const { events } = query<{ events: { event_data: { button: string } }[] }>(
      one.line.house,
      'events/list',
      JSON.parse(JSON.stringify(one.rest()?.params)) as Record<string, unknown>,
    )
    expect(events.map(({ event_data }) => event_data.button).reverse()).toEqual(
      Array.from({ length: 234 }, (_, n) => `b${n}`),
    )
    await one.end()
  })

  it('goes on with a database that was restored, whose numbers begin again', async () => {
    const house = houseWithPi()
    for (let n = 0; n < 9; n++) press({ line: new LineToHouse(house) }, 'old')
    const one = await following(house)
    one.line.cut('gone')
    const other = houseWithPi()
    other.now += 60_000
    one.line.house = other
    press(one, 'new')
    one.line.away = null
    await one.pass(2)
    press(one, 'newer')
    await one.pass(1)
    expect(buttons(one)).toEqual(['new', 'newer'])
    await one.end()
  })

  it('ends at once, also while the hub is away', async () => {
    const one = await following(houseWithPi())
    one.line.cut('gone')
    await settled()
    await one.end()
    const two = await following(houseWithPi(), { connect: () => new Promise(() => {}) })
    await two.end()
    const three = await following(houseWithPi())
    await three.end()
    press(three, 'late')
    await three.pass(10)
    expect(three.lines).toEqual([])
  })

  it('hears at once of a hub that was never there, and of what trying again cannot help', async () => {
    const away = await following(houseWithPi(), {
      connect: () => Promise.reject(new LaresError('unreachable', 'no hub answers')),
    })
    await expect(away.end()).rejects.toMatchObject({ code: 'unreachable' })
    const wrong = await following(houseWithPi(), {
      stored: () => Promise.reject(new LaresError('bad_params', '2 devices are called Hall')),
    })
    await expect(wrong.end()).rejects.toMatchObject({ code: 'bad_params' })
  })
})

describe('who follows readings', () => {
  const readings: Partial<FollowParts> = { stored: async () => new StoredReadings({}) }
  const values = ({ lines }: Following) => lines.map((text) => (JSON.parse(text) as { value: number | null }).value)
  let number = 0
  function measure({ line }: Pick<Following, 'line'>, value: number, more: Record<string, unknown> = {}): void {
    number += 1
    line.house.send(['lares/kitchen-pi/readings', reading(number, value, more)])
    line.publish('lares/kitchen-pi/state/cpu_temperature')
  }

  it('sees each value as it is, and then when it is another one', async () => {
    const house = houseWithPi()
    measure({ line: new LineToHouse(house) }, 20)
    const one = await following(house, readings)
    expect(one.lines.map((text) => JSON.parse(text) as unknown)).toEqual([
      {
        device: 'kitchen-pi',
        sensor: 'cpu_temperature',
        value: 20,
        unit: '°C',
        at: START,
        quality: 1,
        time_quality: 'good',
      },
    ])
    for (const value of [20, 21, 21, 20]) measure(one, value)
    await one.pass(1)
    expect(values(one)).toEqual([20, 21, 20])
    await one.end()
  })

  it('reads on and off of what is one or the other, and each number with the digits of its kind', async () => {
    const house = houseWithPi()
    const lamp = (value: number) => ({ items: [{ sensor: 'lamp', value, kind: 'switch', unit: '' }] })
    measure({ line: new LineToHouse(house) }, 0, lamp(0))
    const one = await following(house, { ...readings, json: false })
    measure(one, 0, lamp(1))
    measure(one, 21.0625)
    measure(one, 0, { items: [{ sensor: 'people', value: 1, kind: 'count', unit: '' }] })
    await one.pass(1)
    expect(one.lines.map((text) => text.split('  ').slice(2).join('  '))).toEqual([
      'Switch  off',
      'Switch  on',
      'Temperature  21.1 °C',
      'Count  1',
    ])
    await one.end()
  })

  it('sees over a restart what was measured meanwhile, and what a device had kept, each once', async () => {
    const one = await following(houseWithPi(), readings)
    measure(one, 1)
    await one.pass(1)
    one.line.cut('gone')
    await one.pass(2)
    measure(one, 2)
    measure(one, 3)
    one.line.away = null
    await one.pass(1)
    measure(one, 4)
    await one.pass(1)
    measure(one, 0, { lane: 'backlog', boot: 'b1', sent: { at: START, mono: 1e9 } })
    await one.pass(10)
    expect(values(one)).toEqual([1, 2, 3, 4, 0])
    await one.end()
  })

  it('is told how many are not shown, and with what they are', async () => {
    const one = await following(houseWithPi(), readings)
    one.line.cut('gone')
    for (let n = 0; n < 1_040; n++) measure(one, n)
    one.line.away = null
    await one.pass(2)
    expect(values(one)).toEqual(Array.from({ length: 1_000 }, (_, n) => n + 40))
    expect(one.said.at(-1)).toBe('40 older ones are not shown here: lares readings received')
    const params = JSON.parse(JSON.stringify(one.rest()?.params)) as Record<string, unknown>
    const { readings: rest } = query<{ readings: { value: number }[] }>(one.line.house, 'readings/received', params)
    expect(rest.map(({ value }) => value)).toEqual(Array.from({ length: 40 }, (_, n) => n))
    await one.end()
  })

  it('goes on with a database that was restored without its readings', async () => {
    const house = houseWithPi()
    for (let n = 0; n < 9; n++) measure({ line: new LineToHouse(house) }, n)
    const one = await following(house, readings)
    one.line.cut('gone')
    const other = houseWithPi()
    other.now += 60_000
    one.line.house = other
    measure(one, 50)
    one.line.away = null
    await one.pass(2)
    measure(one, 51)
    await one.pass(1)
    expect(values(one)).toEqual([8, 50, 51])
    await one.end()
  })

  it('sees that a sensor is gone', async () => {
    const one = await following(houseWithPi(), {
      ...readings,
      cleared: () => ({ kind: 'state', device: 'kitchen-pi', sensor: 'stove', state: null }),
    })
    one.line.publish('lares/kitchen-pi/state/stove', '')
    expect(one.lines).toEqual(['{"device":"kitchen-pi","sensor":"stove","value":null}'])
    await one.end()
  })
})
