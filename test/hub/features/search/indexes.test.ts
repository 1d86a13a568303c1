import { describe, expect, it } from 'vitest'
import { declarations } from '../../../../hub/store/declarations.ts'
import { installSearch } from '../../../../hub/store/search-index.ts'
import { ask, commandInput, query } from '../../engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../../engine/engine-in-memory.ts'
import { finishErasing } from '../erasures/lived-in.ts'

const DEVICE = 'kitchen-pi'

function house(): TestHouse {
  const opened = openTestHouse()
  opened.device(DEVICE)
  return opened
}

const say = (opened: TestHouse, description: string) =>
  opened.send([`lares/${DEVICE}/event`, { type: 'noise', description }])
const found = (opened: TestHouse, search: string) =>
  query<{ events: { description: string }[] }>(opened, 'events/list', { search }).events.map((row) => row.description)
const names = (opened: TestHouse, words: string) =>
  query<{ devices: { name: string }[] }>(opened, 'devices/find', { words }).devices.map(({ name }) => name)
const states = (opened: TestHouse) =>
  query<{ indexes: { table: string; state: string }[] }>(opened, 'search/status').indexes.map(({ state }) => state)

/** Ticks until everything is filled. */
function fill(opened: TestHouse): number {
  for (let ticks = 1; ticks < 100; ticks++) {
    opened.tick(1_000)
    if (states(opened).every((state) => state === 'ready')) return ticks
  }
  throw new Error('it is never filled')
}

/** Everything that the indexes keep, as SQLite keeps it. */
const kept = (opened: TestHouse) =>
  opened
    .all<{ block: Buffer }>('SELECT block FROM search_events_data UNION ALL SELECT block FROM search_devices_data')
    .map(({ block }) => block.toString('latin1'))
    .join('\n')

/** How many rows the index of events believes to have: the number at the beginning of its first record. */
function counted(opened: TestHouse): number {
  const [record] = opened.all<{ block: Buffer }>('SELECT block FROM search_events_data WHERE id = 1')
  let rows = 0
  for (const byte of record?.block ?? []) {
    rows = rows * 128 + (byte & 0x7f)
    if (byte < 0x80) return rows
  }
  throw new Error('it has no number')
}

describe('a search index', () => {
  it('follows its table in the same transaction: added, changed, removed', () => {
    const opened = house()
    say(opened, 'Something fell in the larder.')
    expect(found(opened, 'larder')).toEqual(['Something fell in the larder.'])
    opened.db.exec("UPDATE events SET description = 'It was the cellar.' WHERE event_type = 'noise'")
    expect([found(opened, 'larder'), found(opened, 'cellar')]).toEqual([[], ['It was the cellar.']])
    opened.db.exec("DELETE FROM events WHERE event_type = 'noise'")
    expect(found(opened, 'cellar')).toEqual([])
    ask(opened, commandInput('devices/rename', { device: DEVICE, name: 'Scullery' }))
    expect([names(opened, 'scull'), names(opened, 'kitchen')]).toEqual([['Scullery'], []])
  })

  it('is filled in steps from a table that was there before it, whatever comes and goes meanwhile', () => {
    const opened = house()
    const number = (n: number) =>
      [`lares/${DEVICE}/event`, { type: 'noise', description: `noise number${n}z` }] as const
    opened.send(...Array.from({ length: 1_200 }, (_, n) => number(n)))
    installSearch(opened.db, declarations(), { anew: true })
    expect(states(opened)).toEqual(['filling', 'filling'])
    expect(found(opened, 'number7z')).toEqual([])
    opened.tick(1_000)
    opened.tick(1_000)
    // One that is filled in, two that are not yet, and a new one.
    opened.db.exec("DELETE FROM events WHERE description IN ('noise number3z', 'noise number1190z')")
    opened.db.exec("UPDATE events SET description = 'noise changed' WHERE description = 'noise number1191z'")
    say(opened, 'noise number1200z')
    opened.restart()
    expect(fill(opened)).toBeGreaterThan(1)
    const all = opened.all<{ description: string }>("SELECT description FROM events WHERE event_type = 'noise'")
    for (const { description } of all.filter((_, n) => n % 40 === 0 || n > 1_180))
      expect(found(opened, `"${description}"`)).toContain(description)
    expect(found(opened, 'number3z').includes('noise number3z')).toBe(false)
    expect([found(opened, 'number1190z'), found(opened, 'number1191z')]).toEqual([[], []])
    expect(counted(opened)).toBe(opened.all('SELECT id FROM search_events_docsize').length)
    expect(names(opened, 'kitchen')).toEqual([DEVICE])
  })

  it('is made anew when it is asked for', () => {
    const opened = house()
    fill(opened)
    say(opened, 'a larder')
    opened.db.exec("INSERT INTO search_events (search_events) VALUES ('delete-all')")
    expect(found(opened, 'larder')).toEqual([])
    expect(ask(opened, commandInput('search/rebuild'))).toMatchObject({
      status: 'ok',
      data: { tables: ['devices', 'events'] },
    })
    expect(states(opened)).toEqual(['filling', 'filling'])
    fill(opened)
    expect(found(opened, 'larder')).toEqual(['a larder'])
  })

  it('is made anew when it was declared otherwise', () => {
    const opened = house()
    fill(opened)
    say(opened, 'a larder')
    const without = declarations().map((one) =>
      one.name === 'events' ? { ...one, searched: { columns: ['title'], by: 'words' as const } } : one,
    )
    installSearch(opened.db, without)
    expect(found(opened, 'larder')).toEqual([])
    installSearch(opened.db, declarations())
    fill(opened)
    expect(found(opened, 'larder')).toEqual(['a larder'])
    installSearch(opened.db, declarations())
    expect(states(opened)).toEqual(['ready', 'ready'])
  })
})

describe('an index that lies', () => {
  const unnoticed = (opened: TestHouse, table: 'events' | 'devices', change: string) => {
    for (const event of ['insert', 'update', 'delete']) opened.db.exec(`DROP TRIGGER search_${table}_${event}`)
    opened.db.exec(change)
    installSearch(opened.db, declarations())
  }
  const DAY = 86_400_000

  it.each([
    [
      'lacks a row',
      `INSERT INTO events (event_type, category, title, description, source, timestamp, created_at, updated_at) VALUES ('noise', 'device', '', 'in the attic', 'device', ${START}, ${START}, ${START})`,
      ['in the attic'],
    ],
    [
      'lacks a row of no word that surely is one',
      `INSERT INTO events (event_type, category, title, description, source, timestamp, created_at, updated_at) VALUES ('noise', 'device', '', '屋根裏', 'device', ${START}, ${START}, ${START})`,
      ['屋根裏'],
    ],
    [
      'has other words',
      "UPDATE events SET description = 'in the attic' WHERE description = 'in the larder'",
      ['in the attic'],
    ],
    ['has a row that is gone', "DELETE FROM events WHERE description = 'in the larder'", []],
  ])('is found out and made anew: it %s', (_what, change, expected) => {
    const opened = house()
    say(opened, 'in the larder')
    fill(opened)
    unnoticed(opened, 'events', change)
    opened.restart()
    for (let ticks = 0; ticks < 6; ticks++) opened.tick(1_000)
    expect([...found(opened, 'attic'), ...found(opened, '屋根裏')]).toEqual(expected)
    const rows = opened.all('SELECT id FROM search_events_docsize WHERE id NOT IN (SELECT id FROM events)')
    expect(rows).toEqual([])
  })

  it('is found out within a day also in a table with text keys', () => {
    const opened = house()
    fill(opened)
    for (let ticks = 0; ticks < 6; ticks++) opened.tick(1_000)
    unnoticed(opened, 'devices', "UPDATE devices SET name = 'Belfry'")
    opened.tick(1_000)
    expect(names(opened, 'belfry')).toEqual([])
    opened.tick(DAY)
    for (let ticks = 0; ticks < 6; ticks++) opened.tick(1_000)
    expect(names(opened, 'belfry')).toEqual(['Belfry'])
  })

  it('is found out by what it has behind the last row', () => {
    const opened = house()
    fill(opened)
    unnoticed(opened, 'devices', 'DELETE FROM devices')
    opened.restart()
    for (let ticks = 0; ticks < 6; ticks++) opened.tick(1_000)
    expect(opened.all('SELECT row_key FROM search_devices_keys')).toEqual([])
  })

  it('is not seen in one that is true, whatever stands in it', () => {
    const opened = house()
    for (const odd of [
      '…',
      '"',
      "it's AND NOT* (this)",
      'Käse ß İstanbul 😀abc',
      '東京 tokyo',
      '-',
      '\u{1F3E0}',
      'a'.repeat(500),
    ])
      say(opened, odd)
    fill(opened)
    const before = opened.all('SELECT * FROM search_state')
    opened.db.exec("UPDATE search_state SET filled_to = '999999' WHERE table_name = 'events'")
    opened.restart()
    for (let ticks = 0; ticks < 6; ticks++) opened.tick(1_000)
    expect(opened.all('SELECT filled_to FROM search_state')).toEqual([
      { filled_to: (before[0] as { filled_to: string }).filled_to },
      { filled_to: '999999' },
    ])
  })
})

it('keeps no word of a device that was erased', () => {
  const opened = house()
  ask(opened, commandInput('devices/rename', { device: DEVICE, name: 'Xylophonquartz' }))
  for (let n = 0; n < 200; n++) say(opened, `Zymurgistik of others${n}`)
  opened.device('other-pi')
  opened.send(['lares/other-pi/event', { type: 'noise', description: 'something of another' }])
  fill(opened)
  expect(kept(opened)).toMatch(/ymurgistik/)
  expect(kept(opened)).toMatch(/xyl/)
  ask(opened, commandInput('devices/erase', { device: DEVICE }))
  finishErasing(opened)
  expect(kept(opened)).not.toMatch(/ymurg|ylo|xyloph|quartz|oph/)
  expect(found(opened, 'another')).toEqual(['something of another'])
  opened.db.exec("INSERT INTO search_events (search_events) VALUES ('integrity-check')")
})
