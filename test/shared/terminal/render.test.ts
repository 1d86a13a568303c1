import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findDescribed, knownCommands } from '../../../cli/commands.ts'
import type { JsonSchema } from '../../../shared/admin/described-command.ts'
import { render, type Screen } from '../../../shared/terminal/render.ts'
import { widthOf } from '../../../shared/terminal/text-width.ts'

const NOW = Date.UTC(2026, 10, 27, 13, 5)
const PIPE: Screen = { width: null, now: NOW, isTerminal: false }
const COMMANDS = knownCommands()

function answerOf(area: string, verb: string): JsonSchema {
  return findDescribed(COMMANDS, area, verb)?.result ?? {}
}

let zone: string | undefined
beforeEach(() => {
  zone = process.env.TZ
  process.env.TZ = 'Europe/Berlin'
})
afterEach(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

const device = (name: string, more: Record<string, unknown> = {}) => ({
  id: `${name.toLowerCase().replaceAll(' ', '-')}-x7k2m9`,
  name,
  status: 'online',
  status_reason: 'connected',
  last_seen: NOW - 12_000,
  status_since: NOW - 90_000_000,
  detected_model: 'Raspberry Pi 3 Model B Plus Rev 1.3',
  device_type: 'raspberry_pi',
  is_online: true,
  integration_type: 'lares',
  created_at: NOW - 900_000_000,
  last_heartbeat: NOW - 3_000,
  device_class: 'sensor',
  house_id: '01a20109-7f82-7619-8c11-770151e46526',
  ...more,
})

describe('a list in the terminal', () => {
  const devices = [
    device('Kitchen Pi'),
    device('Wohnzimmer 客厅 🛋️ am Fenster', { id: 'wohnzimmer-x7k2m9', last_seen: null }),
    device('Hall'),
  ]

  it.each([60, 80, 120])('fits into %i columns, whatever is in it', (width) => {
    const shown = render({ devices }, answerOf('devices', 'list'), { ...PIPE, width })
    for (const line of shown.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(width)
    expect(shown).toContain('Kitchen Pi')
    expect(shown).toContain('online')
  })

  it('leaves out the columns that matter least, and says which', () => {
    const shown = render({ devices }, answerOf('devices', 'list'), { ...PIPE, width: 80, isTerminal: true })
    expect(shown).toContain('12 s ago')
    expect(shown).not.toContain('01a20109')
    expect(shown).toMatch(/--json has what there was no room for: (?:.*house id|.*…)/)
  })

  it('is cut nowhere in a pipe', () => {
    const shown = render({ devices }, answerOf('devices', 'list'), PIPE)
    expect(shown).toContain('Wohnzimmer 客厅 🛋️ am Fenster')
    expect(shown).toContain('01a20109-7f82-7619-8c11-770151e46526')
  })

  it('keeps its columns below each other also with wide characters', () => {
    const lines = render({ devices }, answerOf('devices', 'list'), PIPE).split('\n').slice(0, 4)
    const columns = lines.map((line) => widthOf(line.slice(0, line.search(/(?:id |[a-z-]+-x7k2m9)/))))
    expect(columns[1]).toBeGreaterThan(0)
    expect(new Set(columns.slice(1)).size).toBe(1)
  })

  it('says that there is nothing, and how to go on where there is more', () => {
    expect(render({ devices: [] }, answerOf('devices', 'list'), PIPE)).toBe('no devices\n')
    const events = [{ created_at: NOW, severity: 'info', title: 'Hub started', id: 7 }]
    expect(render({ events, next: 7 }, answerOf('events', 'list'), PIPE)).toMatch(/There is more: add --after 7\n$/)
  })
})

describe('an answer in the terminal', () => {
  it('shows readings with the digits of their kind, their zone once, and no JSON', () => {
    const series = [
      {
        device: 'kitchen-pi',
        sensor: 'cellar',
        unit: '°C',
        sensor_type: 'temperature',
        readings: [
          { time: NOW, value: 21.062499, quality: 1 },
          { time: NOW + 1_000, value: 9, quality: 1, metadata: { time_quality: 'corrected', deep: { a: [1, 2] } } },
        ],
      },
    ]
    const shown = render({ from: NOW - 86_400_000, to: NOW, series }, answerOf('readings', 'query'), PIPE)
    expect(shown).toContain('time (+01:00)')
    expect(shown).toContain('2026-11-27 14:05:00')
    expect(shown).toMatch(/ 21\.1 /)
    expect(shown).toMatch(/ 9\.0 /)
    expect(shown).toContain('time_quality=corrected')
    expect(shown).not.toMatch(/[{}[\]"]/)
  })

  it('breaks no command that is to be copied, however narrow the terminal', () => {
    const join = `lares edge join lares1.${'eyJhIjpbIjEyNy4wLjAuMTo4ODgzIl19'.repeat(5)}`
    const answer = { join, expires_at: NOW + 600_000, warnings: [], token: 'lares1.e' }
    const shown = render(answer, answerOf('devices', 'invite'), { ...PIPE, width: 80, isTerminal: true })
    expect(shown.split('\n')[0]).toBe(`join     ${join}`)
  })

  it('shows a switch as on and off', () => {
    const readings = [
      { device: 'd', sensor: 'door', value: 1, unit: '', sensor_type: 'opening', time: NOW, quality: 1 },
    ]
    expect(render({ readings }, answerOf('readings', 'latest'), PIPE)).toMatch(/ on /)
    // Half of the time it was open: a mean without digits would say that it never was.
    const summaries = [{ time: NOW, min: 0, mean: 0.5, max: 1, count: 2 }]
    const series = [{ device: 'd', sensor: 'door', unit: '', sensor_type: 'opening', summaries }]
    const answer = { from: NOW, to: NOW, step_ms: 300_000, series }
    expect(render(answer, answerOf('readings', 'summary'), PIPE)).toMatch(/ off +0\.50 +on +2$/m)
  })

  it('says of each row that its list is empty, also where all of them are', () => {
    const series = [{ device: 'd', sensor: 'door', unit: '', sensor_type: 'opening', readings: [] }]
    const shown = render({ from: NOW, to: NOW, series }, answerOf('readings', 'query'), PIPE)
    expect(shown).toMatch(/door.*\n +no readings\n$/)
  })

  it('names the zone of each time where it changes among them', () => {
    const autumn = Date.UTC(2026, 9, 25, 0, 30)
    const readings = [0, 1].map((hours) => ({ time: autumn + hours * 3_600_000, value: 1, quality: 1 }))
    const series = [{ device: 'd', sensor: 's', unit: '', sensor_type: 'number', readings }]
    const shown = render({ from: autumn, to: autumn, series }, answerOf('readings', 'query'), PIPE)
    expect(shown).toContain('2026-10-25 02:30:00 +02:00')
    expect(shown).toContain('2026-10-25 02:30:00 +01:00')
  })

  it('shows no raw milliseconds and no JSON, whatever the command', () => {
    const samples: [string, string, unknown][] = [
      [
        'sync',
        'status',
        {
          now: NOW,
          live: { state: 'running', last_sent: NOW, streams: [] },
          ledger: [{ stream: 'a', bytes: 1_500 }],
          scopes: [{ scope: 'fleet', checked_at: NOW }],
        },
      ],
      [
        'retention',
        'show',
        { classes: [{ class: 'events', days: 'never', default: true, rows: 3, oldest: NOW - 9e9 }] },
      ],
      [
        'sessions',
        'list',
        {
          sessions: [
            {
              created_at: NOW,
              device_id: 'd',
              id: 's',
              turns: [{ started_at: NOW, duration_ms: 1_500, bytes: 48_044 }],
            },
          ],
        },
      ],
      ['hub', 'status', { version: '1', now: NOW, devices: { known: 1, online: 0 }, ledger: null, front: {} }],
    ]
    for (const [area, verb, data] of samples) {
      const shown = render(data, answerOf(area, verb), { ...PIPE, width: 80 })
      expect(shown).not.toMatch(/1[67]\d{11}|[{}"]/)
      for (const line of shown.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(80)
    }
  })

  it('shows plain values and what is not there', () => {
    expect(render('text', {}, PIPE)).toBe('text\n')
    expect(render(null, {}, PIPE)).toBe('-\n')
    expect(render({ device: 'a', secret: null }, {}, PIPE)).toBe('device  a\nsecret  -\n')
  })

  it('lets no control character reach the terminal, from any name or value', () => {
    const evil = '\u001b[2J\u0007\u009b31m\r\nnew line\u0000\u202e'
    for (const shown of [
      render(evil, {}, PIPE),
      render({ devices: [{ id: 'a', name: evil }] }, {}, PIPE),
      render({ device: { name: evil, deep: { list: [evil] } } }, {}, PIPE),
      render({ [evil]: 1, devices: [{ [evil]: 1 }], deep: { [evil]: { [evil]: 1 } }, next: evil }, {}, PIPE),
    ])
      expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u)
    expect(render({ devices: [{ name: 'a\nb' }] }, {}, PIPE).split('\n')).toHaveLength(3)
  })

  it('survives times that are none', () => {
    const rows = { type: 'array', items: { properties: { time: { type: 'integer', format: 'time' } } } }
    expect(() =>
      render({ rows: [{ time: 1e300 }, { time: Number.NaN }, { time: 'x' }] }, { properties: { rows } }, PIPE),
    ).not.toThrow()
  })
})
