import { describe, expect, it } from 'vitest'
import type { LiveParts } from '../../cli/live-parts.ts'
import { watchAsLines, watchOnScreen } from '../../cli/watch.ts'
import { ManualClock } from '../../shared/clock.ts'
import { topicsBelow } from '../../shared/topics.ts'
import { openTestHouse, START } from '../hub/engine/engine-in-memory.ts'
import { LineToHouse, settled } from './lib/line-to-house.ts'

const OPENED = '\u001b[?1049h'
const CLOSED = '\u001b[?1049l'
const value = (at: number, value: number) => JSON.stringify({ value, unit: '°C', at, quality: 1, time_quality: 'good' })

function watching() {
  const house = openTestHouse()
  house.device('kitchen-pi')
  const line = new LineToHouse(house)
  const clock = new ManualClock(START)
  const ending = new AbortController()
  const lines: string[] = []
  const live: LiveParts = {
    connect: line.connect,
    topics: topicsBelow('lares'),
    device: async () => undefined,
    json: false,
    print: (text) => lines.push(text),
    say: (text) => lines.push(`! ${text}`),
    clock,
    signal: ending.signal,
  }
  let shown = ''
  let resized = () => {}
  const screen = {
    columns: 80,
    rows: 24,
    write: (text: string) => {
      shown += text
    },
    on: (_event: 'resize', changed: () => void) => {
      resized = changed
    },
    off: () => {},
  }
  const page = () => shown.slice(shown.lastIndexOf('\u001b[H') + 3)
  const all = () => shown
  return { house, line, clock, live, lines, screen, page, all, resize: () => resized(), end: () => ending.abort() }
}

describe('a house on a screen', () => {
  it('is drawn when something comes, and shows devices that never came', async () => {
    const { line, clock, live, screen, page, end } = watching()
    const ended = watchOnScreen(live, screen)
    await settled()
    clock.advance(100)
    expect(page()).toMatch(/^.*device.*\n.*kitchen-pi +offline/)
    line.publish('lares/kitchen-pi/state/stove', value(START, 51))
    clock.advance(100)
    expect(page()).toMatch(/stove +51 {2}°C/)
    end()
    await ended
  })

  it('calls everything by its name, two that are called alike by their keys, and shows words and what nobody knows', async () => {
    const { house, line, clock, live, screen, page, end } = watching()
    const add = house.db.prepare(
      'INSERT INTO device_entities (id, device_id, source, entity_id, key, name, entity_type, created_at, updated_at) ' +
        "VALUES (@key, 'kitchen-pi', 'zigbee2mqtt', @key, @key, @name, 'light', 1, 1)",
    )
    for (const [key, name] of ['light_sofa Sofa', 'light_a Lamp', 'light_b Lamp', 'train Train'].map((of) =>
      of.split(' '),
    ))
      add.run({ key, name })
    const ended = watchOnScreen(live, screen)
    await settled()
    const say = (key: string, state: object) =>
      line.publish(
        `lares/kitchen-pi/state/${key}`,
        JSON.stringify({ ...JSON.parse(value(START, 0)), unit: '', ...state }),
      )
    say('light_sofa', { value: 'on', attributes: { brightness: 254 } })
    say('light_a', { value: false })
    say('light_b', { value: null, available: false })
    say('train', { value: 'It leaves an hour later than it should'.repeat(5) })
    clock.advance(100)
    expect(page()).toMatch(/ Sofa +on /)
    expect(page()).toMatch(/ light_a +off /)
    expect(page()).toMatch(/ light_b +unavailable /)
    expect(page()).toMatch(/ Train +It leaves an hour later t? /)
    end()
    await ended
  })

  it('fits the terminal at once when that gets another size', async () => {
    const { line, clock, live, screen, page, resize, end } = watching()
    const ended = watchOnScreen(live, screen)
    await settled()
    for (let n = 0; n < 30; n++) line.publish(`lares/kitchen-pi/state/stove_${n}`, value(START, n))
    clock.advance(100)
    expect(page().split('\n')).toHaveLength(24)
    screen.rows = 10
    resize()
    expect(page().split('\n')).toHaveLength(10)
    end()
    await ended
  })

  it('says since when the hub is away, and goes on with what it says then', async () => {
    const { line, clock, live, screen, page, end } = watching()
    const ended = watchOnScreen(live, screen)
    await settled()
    line.publish('lares/kitchen-pi/state/stove', value(START, 51))
    line.publish('lares/kitchen-pi/state/fridge', value(START, 4))
    line.cut('the connection was closed')
    await settled()
    clock.advance(1_000)
    expect(page()).toMatch(/stove +51.*The hub is away since \d\d:\d\d:\d\d \(1 s\): the connection was closed/s)
    line.away = null
    for (let second = 0; second < 2; second++) {
      clock.advance(1_000)
      await settled()
    }
    line.publish('lares/kitchen-pi/state/stove', value(START, 52))
    clock.advance(4_000)
    expect(page()).toMatch(/stove +52/)
    expect(page()).not.toMatch(/fridge|away/)
    end()
    await ended
  })

  it('leaves the terminal as it was, also when the hub was never there', async () => {
    const there = watching()
    const ended = watchOnScreen(there.live, there.screen)
    await settled()
    there.end()
    await ended
    expect(there.all().endsWith(`\u001b[?25h${CLOSED}`)).toBe(true)
    expect(there.all().split(OPENED)).toHaveLength(2)
    expect(there.all().split(CLOSED)).toHaveLength(2)
    const never = watching()
    never.line.away = 'connect ENOENT'
    await expect(watchOnScreen(never.live, never.screen)).rejects.toMatchObject({ code: 'unreachable' })
    expect(never.all()).toBe('')
  })
})

describe('a house as lines', () => {
  it('says nothing again that the hub retains over its restart', async () => {
    const { line, clock, live, lines, end } = watching()
    const ended = watchAsLines(live)
    await settled()
    line.publish('lares/kitchen-pi/state/stove', value(START, 51))
    line.cut('the connection was closed')
    await settled()
    line.away = null
    for (let second = 0; second < 3; second++) {
      clock.advance(1_000)
      await settled()
    }
    line.publish('lares/kitchen-pi/state/stove', value(START, 51))
    line.publish('lares/kitchen-pi/state/stove', value(START + 1, 52))
    expect(lines).toEqual([
      expect.stringMatching(/stove {2}51 °C$/),
      '! The hub is away: the connection was closed. Waiting for it.',
      '! The hub is back after 1 s.',
      expect.stringMatching(/stove {2}52 °C$/),
    ])
    end()
    await ended
  })
})
