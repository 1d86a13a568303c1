import { describe, expect, it } from 'vitest'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'

type File = { format: string; persona: string; current_version: string; versions: Record<string, unknown>[] }

const say = (house: TestHouse, verb: `personas/${string}`, params: Record<string, unknown>) =>
  ask(house, commandInput(verb, params))
const exported = (house: TestHouse, persona: string) => query<unknown>(house, 'personas/export', { persona }) as File

/** A house whose companion has three versions. */
function lived(): TestHouse {
  const house = openTestHouse()
  for (const rate of [0.9, 0.8]) {
    data(say(house, 'personas/edit', { persona: 'companion', rate }))
    data(say(house, 'personas/publish', { persona: 'companion', notes: `Slower: ${rate}` }))
  }
  return house
}

const versions = (house: TestHouse, id: string) =>
  house.all('SELECT version, change_notes FROM persona_versions WHERE persona_id = ? ORDER BY rowid', id)

describe('a persona in a file', () => {
  it('comes to another house with all its versions, and a second time changes nothing', () => {
    const file = exported(lived(), 'companion')
    expect(file).toMatchObject({ format: 'lares-persona-1', current_version: '1.0.2', versions: [{}, {}, {}] })
    const other = openTestHouse()
    expect(data(say(other, 'personas/import', { persona: file, dry_run: true }))).toMatchObject({
      added: ['1.0.1', '1.0.2'],
    })
    expect(versions(other, 'companion')).toHaveLength(1)
    expect(data(say(other, 'personas/import', { persona: file }))).toEqual({
      ...{ persona: 'companion', version: '1.0.2', was: '1.0.0', added: ['1.0.1', '1.0.2'] },
    })
    expect(exported(other, 'companion').versions.map(({ definition }) => definition)).toEqual(
      file.versions.map(({ definition }) => definition),
    )
    expect(data(say(other, 'personas/import', { persona: JSON.stringify(file) }))).toMatchObject({
      was: '1.0.2',
      added: [],
    })
    expect(other.all("SELECT 1 FROM events WHERE event_type = 'persona_published'")).toHaveLength(1)
    expect(data(say(other, 'personas/import', { persona: file, as: 'friend' }))).toMatchObject({
      was: null,
      version: '1.0.2',
    })
    expect(data(say(other, 'personas/rollback', { persona: 'friend' }))).toMatchObject({
      as: '1.0.1',
      version: '1.0.3',
    })
  })

  it('changes no version that is here', () => {
    const file = exported(lived(), 'companion')
    const other = openTestHouse()
    data(say(other, 'personas/edit', { persona: 'companion', rate: 0.5 }))
    data(say(other, 'personas/publish', { persona: 'companion' }))
    const before = versions(other, 'companion')
    expect(say(other, 'personas/import', { persona: file }).error).toMatchObject({
      ...{ code: 'already_exists', message: 'companion 1.0.1 is here already and says something else' },
      hint: expect.stringContaining('--as companion_2'),
    })
    expect(versions(other, 'companion')).toEqual(before)
  })

  it('is refused where central manages the persona', () => {
    const file = exported(lived(), 'companion')
    const other = openTestHouse()
    other.db.exec("UPDATE personas SET managed_by = 'central', scope = 'fleet' WHERE id = 'companion'")
    expect(say(other, 'personas/import', { persona: file }).error).toMatchObject({ code: 'centrally_managed' })
  })
})

describe('a hostile file', () => {
  const good = exported(lived(), 'companion')
  const [first = {}] = good.versions
  const definition = first.definition as Record<string, unknown>
  const edited = (more: object) => ({
    ...good,
    versions: [{ ...first, definition: { ...definition, ...more } }],
    current_version: '1.0.0',
  })

  it.each<[string, unknown, string]>([
    ['nothing', null, 'is no persona'],
    ['another format', { ...good, format: 'lares-persona-9' }, 'is no persona'],
    ['no JSON', '{', 'is no persona'],
    ['a path as its id', { ...good, persona: '../etc' }, 'persona: is no id'],
    ['no version', { ...good, versions: [] }, 'versions: is empty'],
    ['a version twice', { ...good, versions: [first, first], current_version: '1.0.0' }, 'has a version twice'],
    ['a current version that it has not', { ...good, current_version: '7.0.0' }, 'is none of the versions'],
    ['a word for a version', { ...good, versions: [{ ...first, version: 'new' }] }, 'is no version'],
    ['a program', edited({ exec: '/bin/sh' }), 'Unrecognized key'],
    ['a URL as its voice', edited({ voice_config: { voice: 'http://x/y' } }), 'is no key'],
    ['a prompt that is a book', edited({ system_prompt: 'x'.repeat(8_001) }), 'must have at most 8000'],
    ['a NUL in its prompt', edited({ system_prompt: 'a\0b' }), 'NUL'],
    [
      'too many versions',
      { ...good, versions: Array.from({ length: 201 }, (_, at) => ({ ...first, version: `1.0.${at}` })) },
      'must have at most 200',
    ],
    ['too much', JSON.stringify({ ...good, more: 'x'.repeat(600_000) }), 'is larger than 512 kB'],
    ['more than it says', { ...good, __proto__: null, created_by: 'anna' }, 'Unrecognized key'],
  ])('with %s leaves the house as it is', (_, file, message) => {
    const house = openTestHouse()
    const before = house.all('SELECT * FROM persona_versions ORDER BY id')
    expect(say(house, 'personas/import', { persona: file }).error).toMatchObject({
      ...{ code: 'bad_params', message: expect.stringContaining(message) },
    })
    expect(house.all('SELECT * FROM persona_versions ORDER BY id')).toEqual(before)
  })
})
