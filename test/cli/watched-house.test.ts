import { describe, expect, it } from 'vitest'
import { line } from '../../cli/heard.ts'
import { watchPage } from '../../cli/watch-page.ts'
import { WatchedHouse } from '../../cli/watched-house.ts'
import { widthOf } from '../../shared/terminal/text-width.ts'

const NOW = Date.UTC(2026, 10, 27, 13, 5)
const NAMES = new Map([
  ['kitchen-pi', 'Kitchen Pi'],
  ['hall-pi', 'Halle 客厅 am Fenster'],
  ['hall-pi/probe_1', 'Cellar'],
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
  const house = new WatchedHouse({ names: NAMES })
  house.back()
  house.hear(status('kitchen-pi', 'online'))
  house.hear(status('hall-pi', 'offline'))
  house.hear(state('kitchen-pi', 'stove', 51.25))
  house.hear(state('kitchen-pi', 'fridge', 4))
  return house
}

describe('a house that is watched', () => {
  it('shows each device with its sensors below it, by names', () => {
    const lines = watchPage(watched(), { width: 80, height: 24, now: NOW })
    expect(lines.slice(1).map((text) => text.trim().split(/\s{2,}/)[0])).toEqual([
      'Halle 客厅 am Fenster',
      'Kitchen Pi',
      'fridge',
      'stove',
      'Ctrl-C ends.',
    ])
    expect(lines.join('\n')).toMatch(/stove +51\.25 {2}°C +5 s ago/)
  })

  it('calls a sensor by its name, and by its key where nobody named it', () => {
    const house = watched()
    house.hear(state('hall-pi', 'probe_1', 9))
    const page = watchPage(house, { width: 80, height: 24, now: NOW }).join('\n')
    expect(page).toMatch(/Cellar +9 /)
    expect(page).not.toContain('probe_1')
    expect(line(state('hall-pi', 'probe_1', 9), { names: NAMES })).toContain('  Cellar  9 °C')
    expect(line(state('hall-pi', 'other', 9), { names: NAMES })).toContain('  other  9 °C')
  })

  it('shows what is on or off in these words, and a dimmer in percent', () => {
    const [pump, shelf, door] = ['pump', 'shelf', 'door']
    const types = new Map([
      [`kitchen-pi/${pump}`, 'switch'],
      [`kitchen-pi/${door}`, 'binary_sensor'],
      [`kitchen-pi/${shelf}`, 'light'],
    ])
    const known = { names: NAMES, types }
    const house = new WatchedHouse(known)
    house.hear(status('kitchen-pi', 'online'))
    house.hear(state('kitchen-pi', pump, 1, { unit: '' }))
    house.hear(state('kitchen-pi', door, 0, { unit: '' }))
    house.hear(state('kitchen-pi', shelf, 1, { unit: '%' }))
    house.hear(state('kitchen-pi', 'people', 1, { unit: '' }))
    const page = watchPage(house, { width: 80, height: 24, now: NOW }).join('\n')
    for (const row of [/door +off /, /people +1 /, /pump +on /, /shelf +1 +%/]) expect(page).toMatch(row)
    expect(line(state('kitchen-pi', pump, 0, { unit: '' }), known)).toMatch(/ pump {2}off$/)
  })

  it('shows what is wrong with a device below it, until its all-clear', () => {
    const house = watched()
    const alarm = { type: 'sensor_failing', severity: 'warning', since: NOW - 120_000, part: 'stove' } as const
    const alarms = [{ ...alarm, description: 'no answer. Plug it in.' }]
    const now = status('kitchen-pi', 'online')
    house.hear({ ...now, status: { ...now.status, alarms } })
    const page = () => watchPage(house, { width: 100, height: 24, now: NOW }).join('\n')
    expect(page()).toMatch(/Kitchen Pi.*\n.*stove: no answer\. Plug it in\. +alarm +2 min ago/)
    for (let n = 0; n < 200; n++) house.hear(status(`pi-${n}`, 'offline'))
    expect(page()).toMatch(/^.*\nKitchen Pi.*\n.*stove: no answer\. Plug it in\. +alarm +2 min ago/)
    const said = line({ ...now, status: { ...now.status, alarms } }, { names: NAMES })
    expect(said).toMatch(/Kitchen Pi {2}online \(connected\); stove: no answer\. Plug it in\. \(since 2026/)
    house.hear(now)
    expect(page()).not.toContain('no answer')
  })

  it('shows the newest value, an impossible one as unknown, and nothing of what was cleared', () => {
    const house = watched()
    house.hear(state('kitchen-pi', 'stove', 60))
    house.hear(state('kitchen-pi', 'fridge', 4_000, { quality: 0 }))
    house.hear({ kind: 'status', device: 'hall-pi', status: null })
    const page = watchPage(house, { width: 80, height: 24, now: NOW }).join('\n')
    expect(page).toMatch(/stove +60/)
    expect(page).toMatch(/fridge +\?/)
    expect(page).not.toContain('Halle')
    house.hear({ kind: 'state', device: 'kitchen-pi', sensor: 'stove', state: null })
    expect(watchPage(house, { width: 80, height: 24, now: NOW }).join('\n')).not.toContain('stove')
  })

  it('never is wider or higher than its terminal', () => {
    const house = watched()
    for (let n = 0; n < 100; n++) house.hear(state('hall-pi', `sensor_with_a_long_name_${n}`, n))
    house.leave(NOW - 5_000, 'no hub answers at /a/path/that/is/longer/than/any/terminal/is/wide/for/it/hub.sock')
    for (let width = 10; width <= 120; width += 5)
      for (const height of [3, 5, 10, 24]) {
        const lines = watchPage(house, { width, height, now: NOW })
        expect(lines.length).toBeLessThanOrEqual(height)
        for (const text of lines) expect(widthOf(text)).toBeLessThanOrEqual(width)
      }
  })

  it('folds sensors away where there is no room for all, and says so', () => {
    const house = watched()
    for (let n = 0; n < 100; n++) house.hear(state('hall-pi', `sensor_${n}`, n))
    const lines = watchPage(house, { width: 80, height: 24, now: NOW })
    expect(lines[1]).toMatch(/^Halle 客厅 am Fenster +offline, 100 sensors/)
    expect(lines.join('\n')).toMatch(/stove +51\.25/)
    expect(lines.at(-1)).toBe('Ctrl-C ends. 100 more sensors: lares watch <device>')
  })

  it('keeps all its columns in 60 columns, whatever is how old', () => {
    const house = watched()
    for (let n = 0; n < 30; n++)
      house.hear(state('hall-pi', `sensor_with_a_long_name_${n}`, 1_234.5, { at: NOW - 9e8 }))
    const lines = watchPage(house, { width: 60, height: 24, now: NOW })
    expect(lines[0]).toMatch(/^device +sensor +value +unit +measured$/)
    house.hear(state('kitchen-pi', 'stove', 51.25, { at: NOW - 9e8 }))
    expect(watchPage(house, { width: 60, height: 24, now: NOW }).join('\n')).toMatch(/stove +51\.25 +°C +10 d ago$/m)
  })

  it('shows of one device as many sensors as there is room for', () => {
    const house = watched()
    house.only = 'pantry-pi'
    expect(watchPage(house, { width: 80, height: 24, now: NOW })).toHaveLength(6)
    const one = new WatchedHouse({ names: NAMES })
    one.back()
    for (let n = 0; n < 100; n++) one.hear(state('hall-pi', `sensor_${n}`, n))
    const lines = watchPage(one, { width: 80, height: 24, now: NOW })
    expect(lines).toHaveLength(24)
    expect(lines.at(-1)).toBe('Ctrl-C ends. 79 more sensors: a higher terminal shows them')
  })

  it('shows of many devices those first that need somebody', () => {
    const house = watched()
    for (let n = 0; n < 200; n++) house.hear(status(`pi-${n}`, n === 150 ? 'offline' : 'online'))
    const lines = watchPage(house, { width: 80, height: 24, now: NOW })
    expect(lines.slice(1, 4).map((text) => text.split(/\s{2,}/)[0])).toEqual([
      'Halle 客厅 am Fenster',
      'pi-150',
      'Kitchen Pi',
    ])
    expect(lines).toHaveLength(24)
    expect(lines.at(-1)).toBe('Ctrl-C ends. 180 more devices: lares watch <device>')
  })

  it('says what to do where there is no device', () => {
    const house = new WatchedHouse({ names: new Map() })
    house.back()
    const [words] = watchPage(house, { width: 80, height: 24, now: NOW })
    expect(words).toBe('There is no device yet: lares devices invite NAME')
    house.only = 'kitchen-pi'
    expect(watchPage(house, { width: 80, height: 24, now: NOW })[0]).toBe('Nothing was heard of kitchen-pi yet.')
  })

  it('says since when the hub is away, and drops afterwards what the hub no longer names', () => {
    const house = watched()
    house.leave(NOW - 5_000, 'connect ENOENT')
    const away = watchPage(house, { width: 80, height: 24, now: NOW })
    expect(away.at(-1)).toMatch(/^The hub is away since \d\d:\d\d:55 \(5 s\): connect ENOENT$/)
    expect(away.join()).toContain('stove')
    house.back()
    house.hear(status('kitchen-pi', 'online'))
    house.hear(state('kitchen-pi', 'fridge', 5))
    expect(watchPage(house, { width: 80, height: 24, now: NOW }).at(-1)).toBe('Ctrl-C ends.')
    house.forgetUnheard()
    const page = watchPage(house, { width: 80, height: 24, now: NOW }).join()
    expect(page).toMatch(/fridge +5/)
    expect(page).not.toMatch(/stove|Halle/)
  })
})

describe('a line of what was heard', () => {
  it('names the device, and lets nothing move the cursor', () => {
    expect(line(state('kitchen-pi', 'stove', 51.25), { names: NAMES })).toMatch(
      /^2026-11-27 .* {2}Kitchen Pi {2}stove {2}51\.25 °C$/,
    )
    expect(line({ kind: 'state', device: 'x', sensor: 'y', state: null }, { names: NAMES })).toBe('-  x  y  gone')
    const event = {
      id: 1,
      type: 'button_pressed',
      severity: 'info',
      at: NOW,
      house: null,
      data: { device: 'hall-pi', name: 'a\u001b[2Jb' },
    }
    const shown = line({ kind: 'event', event }, { names: NAMES })
    expect(shown).toMatch(/button_pressed {2}Halle 客厅 am Fenster {2}name=a ?b$/)
    expect(shown).not.toMatch(/\p{Cc}/u)
  })

  it('says of an event what its source said, and how grave it is where that is more than a word', () => {
    const leak = { id: 1, type: 'water_leak', severity: 'critical', at: NOW, house: null, data: { device: 'hall-pi' } }
    const shown = (event: object) => line({ kind: 'event', event: { ...leak, ...event } }, { names: NAMES })
    expect(shown({ description: 'Water below the sink.' })).toMatch(
      / {2}critical {2}water_leak {2}Halle 客厅 am Fenster {2}Water below the sink\.$/,
    )
    expect(shown({ severity: 'info' })).toMatch(
      /UTC {2}water_leak {2}Halle 客厅 am Fenster$|\+\S+ {2}water_leak {2}Halle 客厅 am Fenster$/,
    )
  })
})
