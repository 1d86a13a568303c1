import { describe, expect, it } from 'vitest'
import { memberOf } from '../../callers.ts'
import { LOCAL, query } from '../../engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../../engine/engine-in-memory.ts'

const HOSTILE = [
  '"',
  '""',
  '*',
  '-',
  'AND',
  'a AND',
  'NOT b',
  '(',
  'name:',
  '^x',
  'NEAR(a b',
  '{',
  "'; DROP TABLE x",
  '%',
  '_',
  '\\',
  'x'.repeat(10_000),
  'a '.repeat(5_000),
  'a-'.repeat(5_000),
]

function house(): TestHouse {
  const opened = openTestHouse()
  const lamps: [id: string, name: string, brand: string | null, model: string | null, description: string | null][] = [
    ['lamp-1', 'Living room', 'Philips', 'Hue', 'a light over the table'],
    ['lamp-2', 'Küche', 'IKEA', 'Trådfri', null],
    ['tv-1', 'TV', null, null, '100 % loud'],
    ['plain-1', 'Bath', null, null, null],
  ]
  for (const [id, name, brand, model, description] of lamps) {
    opened.device(id)
    opened.db
      .prepare('UPDATE devices SET name = ?, detected_brand = ?, detected_model = ?, user_description = ? WHERE id = ?')
      .run(name, brand, model, description, id)
  }
  return opened
}

const find = (opened: TestHouse, params: Record<string, unknown>, caller = LOCAL) =>
  query<{ devices: { name: string }[]; next?: string }>(opened, 'devices/find', params, caller)
const names = (opened: TestHouse, words: string) => find(opened, { words }).devices.map(({ name }) => name)

describe('devices find', () => {
  it.each([
    ['philips lights', ['Living room']],
    ['hilip', ['Living room']],
    ['KÜCHE', ['Küche']],
    ['kuche tv', ['Küche', 'TV']],
    ['tv', ['TV']],
    ['ü', ['Küche']],
    ['%', ['TV']],
    ['table bath', ['Bath', 'Living room']],
    ['nothing-like-it', []],
    ['', ['Bath', 'Küche', 'Living room', 'TV'].sort()],
    ['  ', ['Bath', 'Küche', 'Living room', 'TV'].sort()],
  ])('"%s": any of the words, anywhere, in any case; none: all', (words, expected) => {
    expect(names(house(), words).sort()).toEqual(expected)
  })

  it('goes on where it ended, ten at a time, in the order of names', () => {
    const opened = openTestHouse()
    for (let n = 10; n < 25; n++) opened.device(`lamp-${n}`)
    const first = find(opened, { words: 'lamp' })
    expect(first.devices.map(({ name }) => name)).toEqual(Array.from({ length: 10 }, (_, n) => `lamp-${n + 10}`))
    const rest = find(opened, { words: 'lamp', after: first.next })
    expect(rest.devices.map(({ name }) => name)).toEqual(Array.from({ length: 5 }, (_, n) => `lamp-${n + 20}`))
    expect(rest.next).toBeUndefined()
  })

  it('takes whatever is typed for words', () => {
    const opened = house()
    for (const words of HOSTILE) expect(() => find(opened, { words }), words.slice(0, 20)).not.toThrow()
  })
})

describe('events list --search', () => {
  const events = (opened: TestHouse, search: string, caller = LOCAL) =>
    query<{ events: { description: string }[] }>(opened, 'events/list', { search }, caller).events.map(
      ({ description }) => description,
    )
  function told(): TestHouse {
    const opened = house()
    for (const description of ['The batteries are low.', 'Water in the cellar.', 'Cellar door open, battery fine.'])
      opened.send(['lares/lamp-1/event', { type: 'noise', description }])
    return opened
  }

  it('has all of the words, each by its beginning, newest first', () => {
    const opened = told()
    expect(events(opened, 'battery')).toEqual(['Cellar door open, battery fine.', 'The batteries are low.'])
    expect(events(opened, 'CELL bat')).toEqual(['Cellar door open, battery fine.'])
    expect(events(opened, ' ')).toEqual(expect.arrayContaining(['Water in the cellar.']))
  })

  it('takes whatever is typed for words', () => {
    const opened = told()
    for (const words of HOSTILE) expect(() => events(opened, words), words.slice(0, 20)).not.toThrow()
    expect(events(opened, 'water AND cellar')).toEqual([])
    expect(events(opened, '"water" -')).toEqual(['Water in the cellar.'])
  })
})

it('finds nothing of a house that the caller does not belong to', () => {
  const opened = house()
  opened.send(['lares/lamp-1/event', { type: 'noise', description: 'Water in the cellar.' }])
  opened.db
    .prepare("INSERT INTO houses (id, name, created_at, updated_at) VALUES ('other', 'Other', ?, ?)")
    .run(START, START)
  const stranger = memberOf('owner', 'other')
  // A device of one letter and one of three go different ways.
  for (const words of ['philips', 'tv', 'philips tv', '']) expect(find(opened, { words }, stranger).devices).toEqual([])
  expect(query(opened, 'events/list', { search: 'water' }, stranger)).toEqual({ events: [] })
})
