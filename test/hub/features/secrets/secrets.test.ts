import { beforeEach, describe, expect, it } from 'vitest'
import type { Effect } from '../../../../hub/engine/input.ts'
import { neededKeys, sealedColumns } from '../../../../hub/features/secrets/sealed-rows.ts'
import { secretAt } from '../../../../hub/secrets/secret-reader.ts'
import { LaresError } from '../../../../shared/errors.ts'
import { ask, commandInput, data } from '../../engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../../engine/engine-in-memory.ts'

let house: TestHouse
beforeEach(() => {
  house = openTestHouse()
})

const MINUTE_MS = 60_000
const OLD = 'k1-aaaaaaaa'
const NEW = 'k2-aaaaaaaa'
const COLUMNS = sealedColumns()

const sealed = (name: string, text = `token of ${name}`) => house.keys.keyring().seal(Buffer.from(text), secretAt(name))
const set = (name: string, prepared: unknown) =>
  ask(house, commandInput('secrets/set', { name, secret: 'asterisks' }, { prepared }))
const rows = () => house.all<{ name: string; value: string }>('SELECT name, value FROM secrets ORDER BY name')
const opened = () => rows().map(({ name, value }) => String(house.keys.keyring().open(value, secretAt(name))))
const needed = () => Object.fromEntries(neededKeys(house.db, COLUMNS))
const unneeded = () => house.effects.flatMap((effect) => (effect.kind === 'keys_unneeded' ? effect.keys : []))
/** A tick each second, as a hub has them. Its effects are those of all of them. */
function seconds(count: number): void {
  const effects: Effect[] = []
  for (let n = 0; n < count; n++) {
    house.tick(1_000)
    effects.push(...house.effects)
  }
  house.effects = effects
}
const problem = () => house.effects.findLast((effect) => effect.kind === 'problem' && effect.name === 'secrets')

/** Many secrets, and a device's credential in each of its columns. */
function fill(count: number): void {
  for (let n = 0; n < count; n++)
    set(`secret-${String(n).padStart(4, '0')}`, sealed(`secret-${String(n).padStart(4, '0')}`))
  const ring = house.keys.keyring()
  const columns = COLUMNS.filter(({ table }) => table === 'device_credentials')
  const values = columns.map(({ table, column }) => ring.seal(Buffer.from(column), { table, column, row: 'c' }))
  house.db
    .prepare(
      `INSERT INTO device_credentials (id, credential_type, created_at, updated_at, ${columns.map(({ column }) => column).join(', ')})
         VALUES ('c', 'oauth_token', ${START}, ${START}, ?, ?, ?)`,
    )
    .run(...values)
}

describe('a named secret', () => {
  it('is entered, entered anew, listed by its name alone, and removed', () => {
    expect(data(set('mail', sealed('mail')))).toEqual({ name: 'mail', is_new: true })
    house.now += 1_000
    expect(data(set('mail', sealed('mail', 'another')))).toEqual({ name: 'mail', is_new: false })
    expect(opened()).toEqual(['another'])
    const listed = data(ask(house, commandInput('secrets/list')))
    expect(listed).toEqual({
      secrets: [{ name: 'mail', is_readable: true, updated_at: START + 1_000, key: OLD }],
      keys: [OLD],
    })
    data(ask(house, commandInput('secrets/remove', { name: 'mail' })))
    expect(rows()).toEqual([])
    expect(ask(house, commandInput('secrets/remove', { name: 'mail' })).error?.code).toBe('not_found')
  })

  it('is sealed before it reaches the engine, and refused under a key that is not the newest', () => {
    const early = sealed('mail')
    house.keys.make()
    expect(set('mail', early).error?.code).toBe('busy')
    expect(set('mail', 'plain').error?.code).toBe('busy')
    expect(rows()).toEqual([])
    expect(set('mail', sealed('mail')).status).toBe('ok')
  })
})

describe('a change of the key', () => {
  it('seals everything anew in steps of a hundred, and says of the old key only then that nothing needs it', () => {
    fill(250)
    expect(needed()).toEqual({ [OLD]: 253 })
    house.keys.make()
    house.tick(1_000) // looks at the keys and finds another
    expect(unneeded()).toEqual([])
    const steps: unknown[] = []
    for (let n = 0; n < 5; n++) {
      house.tick(1_000)
      steps.push({ ...needed(), unneeded: unneeded() })
    }
    expect(steps).toMatchObject([
      { [OLD]: 153, [NEW]: 100 },
      { [OLD]: 53, [NEW]: 200 },
      { [NEW]: 253, unneeded: [] },
      { [NEW]: 253, unneeded: [OLD] },
      // It may have been lost, and is said again, but not every second.
      { [NEW]: 253, unneeded: [] },
    ])
    house.tick(MINUTE_MS)
    expect(unneeded()).toEqual([OLD])
    house.keys.remove(OLD)
    expect(opened()).toHaveLength(250)
    expect(opened().at(249)).toBe('token of secret-0249')
    house.tick(MINUTE_MS)
    expect([unneeded(), problem()]).toEqual([[], undefined])
  })

  it('goes on where it was after an end in its middle', () => {
    fill(250)
    house.keys.make()
    house.tick(1_000)
    house.tick(1_000)
    expect(needed()).toEqual({ [OLD]: 153, [NEW]: 100 })
    house.restart()
    for (let n = 0; n < 4; n++) house.tick(1_000)
    expect(needed()).toEqual({ [NEW]: 253 })
    expect(opened()).toHaveLength(250)
  })

  it('loses no row to a transaction that was undone', () => {
    fill(50)
    house.keys.make()
    house.tick(1_000)
    // A step whose rows are rolled back with everything else of the transaction.
    house.db.exec("CREATE TEMP TRIGGER full BEFORE UPDATE ON secrets BEGIN SELECT RAISE(ROLLBACK, 'full'); END")
    expect(() => house.tick(1_000)).toThrow()
    house.db.exec('DROP TRIGGER full')
    house.tick(1_000)
    house.tick(1_000)
    expect(needed()).toEqual({ [NEW]: 53 })
  })

  it('passes what was damaged, keeps its key, and takes it up once it is mended', () => {
    fill(130)
    const damaged = rows().slice(0, 110)
    const put = house.db.prepare('UPDATE secrets SET value = ? WHERE name = ?')
    for (const { name, value } of damaged) put.run(`${value.slice(0, -4)}AAAA`, name)
    house.keys.make()
    for (let n = 0; n < 4; n++) house.tick(MINUTE_MS)
    expect(needed()).toEqual({ [OLD]: 110, [NEW]: 23 })
    expect(unneeded()).toEqual([])
    for (const { name, value } of damaged) put.run(value, name)
    for (let n = 0; n < 6; n++) house.tick(MINUTE_MS)
    expect(needed()).toEqual({ [NEW]: 133 })
    expect(unneeded()).toEqual([OLD])
  })

  it('reads the folder of keys once for all rows of a step', () => {
    fill(250)
    house.keys.make()
    house.tick(1_000)
    const before = house.keys.reads
    house.tick(1_000)
    expect([needed()[NEW], house.keys.reads - before]).toEqual([100, 1])
  })

  it('does not read the folder of keys each second while an older key lies there that nothing needs', () => {
    fill(10)
    house.keys.make()
    seconds(5)
    expect(needed()).toEqual({ [NEW]: 13 })
    const before = house.keys.reads
    seconds(50)
    expect(house.keys.reads - before).toBe(0)
    seconds(10)
    expect([unneeded(), house.keys.reads - before]).toEqual([[OLD], 1])
  })

  it('takes no row for damaged because its key went away for a moment', () => {
    fill(10)
    const { keys } = house.keys
    house.keys.make()
    seconds(1)
    house.keys.remove(OLD)
    const before = house.keys.reads
    seconds(1)
    expect([needed(), house.keys.reads - before]).toEqual([{ [OLD]: 13 }, 1])
    house.keys.keys.push(...keys)
    seconds(60)
    expect([needed(), problem()]).toEqual([{ [NEW]: 13 }, undefined])
  })

  it('says once that no key is unneeded any more, also when a person removed it', () => {
    const told = () => house.effects.filter((effect) => effect.kind === 'keys_unneeded')
    fill(10)
    house.keys.make()
    seconds(5)
    expect(unneeded()).toEqual([OLD])
    house.keys.remove(OLD)
    house.tick(MINUTE_MS)
    expect(told()).toEqual([{ kind: 'keys_unneeded', keys: [] }])
    house.tick(MINUTE_MS)
    expect(told()).toEqual([])
  })
})

describe('whoever asks for a change of the key', () => {
  const rotate = (id: string) => ask(house, commandInput('secrets/rotate', {}, { id }))
  const wanted = () => house.effects.flatMap((effect) => (effect.kind === 'key_wanted' ? [effect.key] : []))

  it('is promised one key, however often the request comes, and hears of no other', () => {
    const first = data<{ key: string }>(rotate('a'))
    expect(first).toEqual({ key: expect.stringMatching(/^k2-/), replaces: [OLD] })
    expect(wanted()).toEqual([first.key])
    expect([data(rotate('a')), wanted()]).toEqual([first, []])
    house.keys.make(first.key)
    for (let n = 0; n < 2; n++) house.tick(1_000)
    expect(unneeded()).toEqual([])
    house.keys.remove(OLD)
    house.tick(MINUTE_MS)
    // A broker gives it once more, long after all is over.
    expect([data(rotate('a')), wanted()]).toEqual([first, []])
  })

  it('gets it also when the hub is killed before it is made, and none once it is there, or a newer one', () => {
    const { key } = data<{ key: string }>(rotate('a'))
    house.restart()
    house.tick(1_000)
    expect(wanted()).toEqual([key])
    house.tick(1_000)
    expect(wanted()).toEqual([key])
    house.keys.make('k3-aaaaaaaa')
    house.tick(1_000)
    // Whatever kept it from being made is of no interest any more.
    expect(wanted()).toEqual([null])
    house.tick(MINUTE_MS)
    expect(wanted()).toEqual([])
    house.restart()
    house.tick(1_000)
    expect(wanted()).toEqual([])
  })

  it('is refused while the last one is not over', () => {
    const { key } = data<{ key: string }>(rotate('a'))
    expect(rotate('b').error?.message).toBe(`the last change is not over: ${key} is not made yet`)
    house.keys.make(key)
    expect(rotate('c').error?.message).toBe(`the last change is not over: ${OLD} is still there`)
    house.keys.remove(OLD)
    expect(data(rotate('d'))).toMatchObject({ key: expect.stringMatching(/^k3-/), replaces: [key] })
  })
})

describe('the health of the hub', () => {
  const said = () => {
    const told = problem()
    return told?.kind === 'problem' ? told.problem : undefined
  }

  beforeEach(() => {
    set('mail', sealed('mail'))
    set('home-assistant', sealed('home-assistant'))
    house.tick(MINUTE_MS)
  })

  it('names a key that is gone, as after a restored backup, once and until it is put back', () => {
    const { keys } = house.keys
    house.keys.remove(OLD)
    house.keys.make()
    house.tick(MINUTE_MS)
    expect(said()).toMatchObject({
      code: 'sealed_unreadable',
      message: `2 sealed values need a key that is gone: ${OLD}`,
    })
    house.tick(MINUTE_MS)
    expect(said()).toBeUndefined()
    house.keys.keys.push(...keys)
    house.tick(MINUTE_MS)
    expect(said()).toBeNull()
  })

  it('names it until the secrets were entered anew', () => {
    house.keys.remove(OLD)
    house.keys.make()
    house.tick(MINUTE_MS)
    set('mail', sealed('mail'))
    house.tick(MINUTE_MS)
    expect(said()?.message).toBe(`1 sealed value needs a key that is gone: ${OLD}`)
    set('home-assistant', sealed('home-assistant'))
    house.tick(MINUTE_MS)
    expect(said()).toBeNull()
  })

  it('names keys that cannot be used, with the remedy that fits, and says when that is mended; the house goes on', () => {
    const problem = { code: 'unsafe_key', message: 'k1 holds no whole key', hint: 'Put it back from a copy.' } as const
    house.keys.fault = new LaresError(problem.code, problem.message, { hint: problem.hint })
    house.tick(MINUTE_MS)
    expect(said()).toEqual(problem)
    expect(data(ask(house, commandInput('houses/update', { name: 'Cottage' })))).toMatchObject({ name: 'Cottage' })
    house.keys.fault = null
    house.tick(MINUTE_MS)
    expect(said()).toBeNull()
  })

  it('names of several that were damaged only those that were not yet entered anew', () => {
    house.db.exec("UPDATE secrets SET value = substr(value, 1, length(value) - 4) || 'AAAA'")
    house.keys.make()
    seconds(180)
    expect(said()?.message).toMatch(/: home-assistant, mail$/)
    set('mail', sealed('mail'))
    seconds(60)
    expect(said()?.message).toMatch(/: home-assistant$/)
  })

  it('names what keeps an older key because it was damaged, until it was entered anew, and the list says which that is', () => {
    const damage = house.db.prepare(
      "UPDATE secrets SET value = substr(value, 1, length(value) - 4) || 'AAAA' WHERE name = ?",
    )
    damage.run('mail')
    house.keys.make()
    seconds(180)
    expect(said()).toEqual({
      code: 'sealed_unreadable',
      message: 'what is sealed was damaged, and keeps an older key from being removed: mail',
      hint: 'Enter it anew, or remove it: lares secrets set mail',
    })
    expect([needed(), unneeded()]).toEqual([{ [OLD]: 1, [NEW]: 1 }, []])
    expect(data(ask(house, commandInput('secrets/list')))).toMatchObject({
      secrets: [
        { name: 'home-assistant', is_readable: true, key: NEW },
        { name: 'mail', is_readable: false, key: OLD },
      ],
    })
    set('mail', sealed('mail'))
    seconds(60)
    expect([said(), unneeded()]).toEqual([null, [OLD]])
  })
})
