import { describe, expect, it } from 'vitest'
import { line } from '../../cli/live.ts'
import { WatchedHouse } from '../../cli/watched-house.ts'
import { widthOf } from '../../shared/terminal/text-width.ts'

const NOW = Date.UTC(2026, 10, 27, 13, 5)
const NAMES = new Map([
  ['kitchen-pi', 'Kitchen Pi'],
  ['hall-pi', 'Halle 客厅 am Fenster'],
])
const state = (device: string, sensor: string, value: number, more: object = {}) =>
  ({
    kind: 'state',
    device,
    sensor,
    state: { value, unit: '°C', at: NOW - 5_000, quality: 1, time_quality: 'good', ...more },
  }) as const
const status = (device: string, word: 'online' | 'offline') =>
  ({ kind: 'status', device, status: { status: word, since: NOW - 60_000, reason: 'connected' } }) as const

function watched() {
  const house = new WatchedHouse(NAMES)
  house.isThere = true
  house.hear(status('kitchen-pi', 'online'))
  house.hear(status('hall-pi', 'offline'))
  house.hear(state('kitchen-pi', 'stove', 51.25))
  house.hear(state('kitchen-pi', 'fridge', 4))
  return house
}

describe('a house that is watched', () => {
  it('shows each device with its sensors below it, by names', () => {
    const lines = watched().lines({ width: 80, height: 24, now: NOW })
    expect(lines.slice(1).map((text) => text.trim().split(/\s{2,}/)[0])).toEqual([
      'Halle 客厅 am Fenster',
      'Kitchen Pi',
      'fridge',
      'stove',
      'Ctrl-C ends',
    ])
    expect(lines.join('\n')).toMatch(/stove +51\.25 {2}°C +5 s ago/)
  })

  it('shows what is wrong with a device below it, until its all-clear', () => {
    const house = watched()
    const alarm = { type: 'sensor_failing', severity: 'warning', since: NOW - 120_000, part: 'stove' } as const
    const alarms = [{ ...alarm, description: 'no answer. Plug it in.' }]
    const now = status('kitchen-pi', 'online')
    house.hear({ ...now, status: { ...now.status, alarms } })
    const page = () => house.lines({ width: 100, height: 24, now: NOW }).join('\n')
    expect(page()).toMatch(/Kitchen Pi.*\n.*stove: no answer\. Plug it in\. +alarm +2 min ago/)
    const said = line({ ...now, status: { ...now.status, alarms } }, NAMES)
    expect(said).toMatch(/Kitchen Pi {2}online \(connected\); stove: no answer\. Plug it in\. \(since 2026/)
    house.hear(now)
    expect(page()).not.toContain('no answer')
  })

  it('shows the newest value, an impossible one as unknown, and nothing of what was cleared', () => {
    const house = watched()
    house.hear(state('kitchen-pi', 'stove', 60))
    house.hear(state('kitchen-pi', 'fridge', 4_000, { quality: 0 }))
    house.hear({ kind: 'status', device: 'hall-pi', status: null })
    const page = house.lines({ width: 80, height: 24, now: NOW }).join('\n')
    expect(page).toMatch(/stove +60/)
    expect(page).toMatch(/fridge +\?/)
    expect(page).not.toContain('Halle')
    house.hear({ kind: 'state', device: 'kitchen-pi', sensor: 'stove', state: null })
    expect(house.lines({ width: 80, height: 24, now: NOW }).join('\n')).not.toContain('stove')
  })

  it('never is wider or higher than its terminal, and says what is hidden', () => {
    const house = watched()
    for (let n = 0; n < 100; n++) house.hear(state('hall-pi', `sensor_with_a_long_name_${n}`, n))
    for (const [width, height] of [
      [60, 10],
      [80, 24],
      [30, 5],
    ] as const) {
      const lines = house.lines({ width, height, now: NOW })
      expect(lines.length).toBeLessThanOrEqual(height)
      for (const text of lines) expect(widthOf(text)).toBeLessThanOrEqual(width)
    }
    expect(house.lines({ width: 80, height: 24, now: NOW }).at(-1)).toMatch(/^\d+ more lines/)
  })

  it('says that the hub is away', () => {
    const house = watched()
    house.isThere = false
    expect(house.lines({ width: 80, height: 24, now: NOW }).at(-1)).toBe('the hub is away; waiting for it')
  })
})

describe('a line of what was heard', () => {
  it('names the device, and lets nothing move the cursor', () => {
    expect(line(state('kitchen-pi', 'stove', 51.25), NAMES)).toMatch(
      /^2026-11-27 .* {2}Kitchen Pi {2}stove {2}51\.25 °C$/,
    )
    expect(line({ kind: 'state', device: 'x', sensor: 'y', state: null }, NAMES)).toBe('-  x  y  gone')
    const event = { type: 'button_pressed', at: NOW, house: null, data: { device: 'hall-pi', name: 'a\u001b[2Jb' } }
    const shown = line({ kind: 'event', event }, NAMES)
    expect(shown).toMatch(/button_pressed {2}Halle 客厅 am Fenster {2}name=a ?b$/)
    expect(shown).not.toMatch(/\p{Cc}/u)
  })
})
