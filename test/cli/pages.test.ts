import { describe, expect, it } from 'vitest'
import { findDescribed, knownCommands } from '../../cli/commands.ts'
import { showAnswer } from '../../cli/show-answer.ts'
import type { DescribedCommand } from '../../shared/admin/described-command.ts'

const NOW = Date.UTC(2026, 10, 27, 13, 5)

function shown(area: string, verb: string, answer: unknown, width: number | null = 80): string {
  const command = findDescribed(knownCommands(), area, verb) as DescribedCommand
  return showAnswer(command, answer, { width, now: NOW, isTerminal: false })
}

const hub = (state: string, problems: object[] = []) => ({
  version: '0.1.0',
  clock: 'synced',
  devices: { known: 4, online: 3 },
  agents: [{ version: '0.1.0', devices: 3 }],
  readings: 21,
  ledger: { received: 10, applied: 8, duplicate: 1, rejected: 1 },
  front: {
    health: { state, at: NOW, clock: 'synced', problems },
    sync: { state: 'running', rows_behind: 340, seconds_behind: 250, last_sent: NOW - 12_000, quarantined: 2 },
    storage: {
      ...{ disk_total_bytes: 32e9, disk_free_bytes: 4e9, database_bytes: 1.4e6 },
      ...{ last_backup: NOW - 720_000, last_scrub: NOW - 360_000 },
    },
  },
})

describe('the status of a hub', () => {
  it('says first how it is', () => {
    expect(shown('hub', 'status', hub('ok'))).toMatch(/^The hub is well\n/)
    expect(shown('hub', 'status', hub('attention'))).toMatch(/^The hub works, and needs attention\n/)
    expect(shown('hub', 'status', hub('degraded'))).toMatch(/^The hub cannot store, or serve anybody\n/)
  })

  it('names what is the matter, and what to do', () => {
    const problem = { code: 'disk_full', message: 'the disk is full', hint: 'Free space on the disk.' }
    const lines = shown('hub', 'status', hub('degraded', [problem]))
      .split('\n')
      .slice(0, 3)
    expect(lines).toEqual([
      'The hub cannot store, or serve anybody:',
      '  the disk is full',
      '    Free space on the disk. [disk_full]',
    ])
  })

  it('shows devices, messages, disk, database, backup, central and versions in words', () => {
    const page = shown('hub', 'status', hub('ok'), null)
    for (const line of [
      /^devices +3 of 4 connected$/m,
      /^messages +10 received: 8 applied, 1 received again, 1 not understood$/m,
      /^disk +4\.0 GB free of 32\.0 GB, 87 % full$/m,
      /^database +1\.4 MB$/m,
      /^last backup +12 min ago$/m,
      /^read through +6 min ago$/m,
      /^central +340 rows wait to be sent, the oldest for 4 min; last sent 12 s ago; 2 rows refused/m,
      /^version +0\.1\.0; agents 0\.1\.0 \(3\)$/m,
    ])
      expect(page).toMatch(line)
  })

  it('is shown as far as a hub of another version says it', () => {
    expect(shown('hub', 'status', {})).toMatch(/^The hub answers/)
    expect(shown('hub', 'status', { front: { health: { state: 'tired', problems: 'x' } } })).toMatch(/says tired/)
    expect(shown('sync', 'status', { live: { state: 'new' } })).toContain('Central: new')
    expect(shown('devices', 'show', {})).toContain('The device is known')
  })
})

describe('the status of the sync', () => {
  it('has one line for each stream, whether it sends or waits', () => {
    const answer = {
      epoch: 1,
      site: 'a-site',
      name: 'home',
      live: {
        state: 'waiting',
        last_error: 'no route',
        rows_behind: 1,
        streams: [{ stream: 'events', epoch: 1, position: 7, rows_behind: 1, seconds_behind: 90 }],
      },
      ledger: [{ stream: 'events', epoch: 1, position: 7, rows: 7, quarantined: 0, bytes: 1_500 }],
      scopes: [],
    }
    const page = shown('sync', 'status', answer)
    expect(page).toMatch(/^Central: out of reach, 1 row waits to be sent: no route\n/)
    expect(page).toMatch(/^events +1 +1 min +7 +0 +1\.5 kB +7$/m)
  })

  it('names each row that the house did not take, and what to type', () => {
    const conflict = {
      scope: 'fleet',
      table: 'users',
      key: 'u-anna',
      reason: 'users.email a@example.org is that of u-1',
    }
    const settle =
      "central's: lares sync yield users u-anna; this hub's, at central: lares central remove fleet users u-anna"
    const page = shown('sync', 'status', { live: { state: 'running' }, conflicts: [{ ...conflict, settle }] }, null)
    expect(page.split('\n').slice(1, 3)).toEqual([
      `  refused u-anna of users from fleet: ${conflict.reason}`,
      `    ${settle}`,
    ])
  })

  it('says while central shows rows that are gone here', () => {
    const page = (waits: boolean) => shown('sync', 'status', { live: { state: 'running' }, prune_waits: waits }, null)
    expect(page(true)).toMatch(/^prune +waits until all is sent again: central still shows rows that are gone here$/m)
    expect(page(false)).not.toContain('prune')
  })

  it('says how many of the rows that were lost to damage came back, and how many may come', () => {
    const page = (lost: object | null) => shown('sync', 'status', { live: { state: 'running' }, lost }, null)
    expect(page({ waiting: 1_200, came_back: 5_000, not_at_central: 3, left_out: 0 })).toMatch(
      /^lost +5,000 rows came back from central, up to 1,200 more come; it did not have 3$/m,
    )
    expect(page(null)).not.toContain('lost')
  })
})

describe('a device', () => {
  it('is shown with its state in words, its sensors, and a heartbeat whose numbers have their units', () => {
    const device = {
      ...{ name: 'Hall', id: 'hall-x7k2m9', status: 'offline', status_reason: 'never_connected', is_online: false },
      ...{ status_since: NOW - 12_000, capabilities: ['sensors'] },
      current_state: {
        sent: { at: NOW - 30_000, mono: 604_379.18 },
        boot: 'x',
        uptime_s: 7_500,
        throttled: { raw: null },
        disk: { free_mb: 80_137, used_percent: 22.9, read_only: false },
      },
    }
    const page = shown('devices', 'show', { device, entities: [{ name: 'Load', entity_id: 'sensor.hall_load' }] })
    expect(page).toMatch(/^Hall is offline \(never connected, 12 s ago\)\n/)
    expect(page).toContain('sensor.hall_load')
    expect(page).toMatch(/disk +free 80\.1 GB, used 22\.9 %, read only no/)
    expect(page).toMatch(/uptime +2 h 5 min/)
    expect(page).not.toMatch(/throttled|mono|80137/)
  })

  it('says of a lamp what belongs to its state, and of the rest nothing', () => {
    const device = { name: 'Sofa', id: 'sofa', status: 'online', is_online: true }
    const lamp = { name: 'Lamp', state: 'on', details: '40 %, red', entity_id: 'light.sofa', is_enabled: true }
    const load = { name: 'Load', state: '1', details: null, entity_id: 'sensor.load', is_enabled: true }
    expect(shown('devices', 'show', { device, entities: [lamp, load] })).toMatch(/Lamp +on +40 %, red/)
    expect(shown('entities', 'list', { entities: [lamp, load] }, 200)).toMatch(/Lamp +on +40 %, red/)
    expect(shown('entities', 'list', { entities: [load] }, 200)).not.toMatch(/details/i)
  })

  it('has below its state what is wrong with it, each with since when', () => {
    const alarms = [
      {
        since: NOW - 720_000,
        severity: 'warning',
        part: 'cellar',
        description: 'cellar has a short circuit',
        type: 'x',
      },
      { since: NOW - 60_000, severity: 'error', part: null, description: 'The outbox is full.', type: 'y' },
    ]
    const device = { name: 'Hall', id: 'hall-x7k2m9', status: 'online', is_online: true }
    expect(shown('devices', 'show', { device, entities: [], alarms }).split('\n').slice(0, 3)).toEqual([
      'Hall is online',
      '  cellar has a short circuit (since 12 min ago)',
      '  The outbox is full. (since 1 min ago)',
    ])
  })
})

describe('the sources of devices of other makers', () => {
  const PIN = '842daab6be8d3af76b2a1cbf42b6ef41f301667b2407a76f8236ff0901bbbe77'
  const source = (name: string, reason: string | null) => ({
    ...{ source: name, state: reason === null ? 'online' : 'away', since: NOW - 60_000, reason },
    ...{ waiting: 12, accepted: 30, ignored: 0, left: 0, dialect: 'zigbee2mqtt', house: 'Home', dropped: 0 },
  })

  it('say in whole sentences what is wrong, once for those of one broker, with what there is to copy', () => {
    const unknown = `it made its certificate itself. Where this is its key: pin = "${PIN}"`
    const page = shown('makers', 'sources', {
      sources: [
        source('attic-zigbee2mqtt', null),
        source('home-tasmota', unknown),
        source('home-zigbee2mqtt', unknown),
        source('shed-tasmota', 'the secret shed was not entered yet\n  Enter it: lares secrets set shed'),
      ],
    })
    const lines = page.trimEnd().split('\n')
    expect(lines.every((line) => line.length <= 80)).toBe(true)
    expect(lines[1]).toMatch(/^source +state +since +waiting +accepted +ignored +left$/)
    expect(lines.slice(lines.indexOf('what is wrong'))).toEqual([
      'what is wrong',
      '  home-tasmota, home-zigbee2mqtt: it made its certificate itself. Where this is',
      '  its key: pin =',
      `  "${PIN}"`,
      '  shed-tasmota: the secret shed was not entered yet. Enter it: lares secrets set',
      '  shed',
    ])
  })

  it('are a table alone where nothing is wrong', () => {
    const page = shown('makers', 'sources', { sources: [source('attic-zigbee2mqtt', null)] })
    expect(page).not.toContain('wrong')
    expect(page).toContain('attic-zigbee2mqtt  online')
  })
})

describe('the bridges of a hub', () => {
  it('have their topics whole', () => {
    const topics = ['tasmota/discovery', 'cmnd', 'stat', 'tele']
    const page = shown('bridges', 'list', {
      bridges: [
        {
          ...{ bridge: 'tasmota', is_connected: true, last_used_at: NOW - 3_600_000, topics, house: 'Home' },
          ...{ user: 'tasmota@bridges', created_at: NOW - 7_200_000, dialect: 'tasmota' },
        },
      ],
    })
    expect(page).toContain('tasmota/discovery, cmnd, stat, tele')
    expect(page.split('\n').every((line) => line.length <= 80)).toBe(true)
  })
})
