import { describe, expect, it } from 'vitest'
import { BatchWriter } from '../../../hub/engine/batch.ts'
import type { Admission } from '../../../hub/engine/principal.ts'
import { accountOf } from '../callers.ts'
import { ask, commandInput, data, query } from '../engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../engine/engine-in-memory.ts'

const AREAS = ['devices', 'events', 'readings']

interface Made {
  program: string
  token: string
  rights: string
  houses: string[]
  email: string
}

const say = (house: TestHouse, verb: `${string}/${string}`, params: Record<string, unknown>) =>
  ask(house, commandInput(verb, params, { prepared: AREAS }))
const make = (house: TestHouse, params: Record<string, unknown>) => data<Made>(say(house, 'programs/create', params))

function admit(house: TestHouse, { program, token }: { program: string; token: string }): Admission {
  const writer = new BatchWriter()
  writer.input({
    kind: 'authenticate',
    credentials: { clientId: 'x', username: program, password: token, listener: 'tls' },
  })
  return house.engine.process(writer.finish(), { now: house.now, clockSynced: true, mono: 0 })
    .values[0]?.[1] as Admission
}

/** The principal of a login that is let in. */
function principal(house: TestHouse, made: { program: string; token: string }) {
  const admission = admit(house, made)
  return 'accept' in admission ? admission.accept : expect.fail(admission.reason)
}

function withDevice(): { house: TestHouse; home: string } {
  const house = openTestHouse()
  house.device('kitchen-pi')
  return { house, home: house.all<{ id: string }>('SELECT id FROM houses')[0]?.id ?? '' }
}

describe('a program', () => {
  it('is a principal of its own, with the rights of its token in the house that was meant', () => {
    const { house, home } = withDevice()
    const made = make(house, { name: 'thermostat', rights: 'read, devices:control' })
    expect(made).toMatchObject({ rights: 'read,devices:control', houses: ['Home'], email: 'thermostat@programs' })
    expect(principal(house, made)).toMatchObject({
      kind: 'program',
      user: made.program,
      rights: { [home]: [{ right: 'read' }, { right: 'control', area: 'devices' }] },
    })
  })

  it('asks for what it was given and is refused everything else, by its name', () => {
    const { house } = withDevice()
    const who = principal(house, make(house, { name: 'display', rights: 'readings:see' }))
    const caller = accountOf('display', 'rights' in who ? who.rights : {}, { kind: 'program' })
    expect(query(house, 'readings/latest', {}, caller)).toEqual({ readings: [] })
    expect(() => query(house, 'devices/list', {}, caller)).toThrow(
      expect.objectContaining({
        code: 'forbidden',
        message: 'devices/list needs the right to see, which this program was not given',
      }),
    )
    const rename = commandInput('devices/rename', { device: 'kitchen-pi', name: 'Mine' }, { caller })
    expect(ask(house, rename).error?.code).toBe('forbidden')
  })

  it('has a token for each purpose, and each its own rights and houses', () => {
    const { house, home } = withDevice()
    house.db.exec(`INSERT INTO houses (id, name, created_at, updated_at) VALUES ('hut', 'Hut', ${START + 1}, 1)`)
    expect(say(house, 'programs/create', { name: 'bot', rights: 'see' }).error).toMatchObject({ code: 'bad_params' })
    const first = make(house, { name: 'bot', rights: 'see', houses: 'Home, hut' })
    expect(first.houses).toEqual(['Home', 'Hut'])
    const more = { name: 'bot', token_name: 'reader', rights: 'read', houses: 'Hut' }
    const second = data<Made>(say(house, 'programs/token', more))
    expect(principal(house, first)).toMatchObject({ rights: { [home]: [{ right: 'see' }], hut: [{ right: 'see' }] } })
    const { rights } = principal(house, second) as { rights: unknown }
    expect(rights).toEqual({ hut: [{ right: 'read' }] })
    expect(query(house, 'programs/list')).toMatchObject({
      programs: [
        { name: 'bot', token_name: 'bot', rights: 'see', houses: ['Home', 'Hut'], is_active: true },
        { name: 'bot', token_name: 'reader', rights: 'read', houses: ['Hut'] },
      ],
    })
  })

  it.each(['configure', 'administer', 'devices:administer', 'read,configure', 'all', '', 'read,', ':read'])(
    'can be given no right like "%s"',
    (rights) => {
      const { house } = withDevice()
      expect(say(house, 'programs/create', { name: 'bot', rights }).error?.code).toBe('bad_params')
    },
  )

  it('has no more than a program can, whatever stands beside its token', () => {
    const { house, home } = withDevice()
    const made = make(house, { name: 'bot', rights: 'read' })
    house.db.exec(`UPDATE api_tokens SET rights = '[{"right":"administer"},{"right":"configure"},{"right":"see"}]'`)
    const { rights } = principal(house, made) as { rights: unknown }
    expect(rights).toEqual({ [home]: [{ right: 'see' }] })
  })

  it('without rights, as an account of role device may be, may nothing', () => {
    const { house } = withDevice()
    const made = make(house, { name: 'bot', rights: 'read' })
    house.db.exec('UPDATE api_tokens SET rights = NULL, houses = NULL')
    expect(principal(house, made)).toMatchObject({ kind: 'program', rights: {} })
  })

  it('is no person: it belongs to no house, has no role to be raised, and no token like those of people', () => {
    const { house } = withDevice()
    const { email } = make(house, { name: 'bot', rights: 'read' })
    const refused = { code: 'bad_params', message: `${email} is a program, which has the rights of its tokens` }
    expect(say(house, 'people/add', { email, role: 'owner' }).error).toMatchObject(refused)
    expect(say(house, 'users/update', { email, role: 'admin' }).error).toMatchObject(refused)
    expect(say(house, 'users/token', { email, name: 'all' }).error).toMatchObject(refused)
    house.db.exec(
      "INSERT INTO people (id, house_id, user_id, name, role, created_at, updated_at) SELECT 'p', h.id, u.id, 'x', 'owner', 0, 0 FROM houses h, users u",
    )
    const made = data<Made>(say(house, 'programs/token', { name: 'bot', token_name: 'two', rights: 'see' }))
    expect(Object.values((principal(house, made) as { rights: object }).rights)).toEqual([[{ right: 'see' }]])
  })

  it('stays one, whoever its account becomes', () => {
    const { house, home } = withDevice()
    const made = make(house, { name: 'bot', rights: 'read' })
    house.db.exec("UPDATE users SET role = 'admin', managed_by = 'central', scope = 'fleet'")
    expect(principal(house, made)).toMatchObject({ kind: 'program', rights: { [home]: [{ right: 'read' }] } })
  })

  it('shares neither its address nor its tokens with a person', () => {
    const { house } = withDevice()
    const account = { password: 'long enough to be one', role: 'admin' }
    const create = (email: string) => ask(house, commandInput('users/create', { email, ...account }, { prepared: '' }))
    expect(create('Display@Programs').error).toMatchObject({
      code: 'bad_params',
      hint: 'Make an account for a program: lares programs create display --rights read.',
    })
    data(create('anna@example.com'))
    const token = { name: 'anna@example.com', token_name: 'all', rights: 'read' }
    expect(say(house, 'programs/token', token).error).toMatchObject({
      code: 'bad_params',
      hint: 'Let a program speak for the person: lares users token anna@example.com TOKEN.',
    })
    expect(house.all('SELECT 1 FROM api_tokens')).toEqual([])
  })

  it('from central is named by its address', () => {
    const { house } = withDevice()
    house.db.exec("INSERT INTO users (id, email, role, created_at, updated_at) VALUES ('s', 's@x.org', 'device', 0, 0)")
    const { programs } = query<{ programs: { name: string }[] }>(house, 'programs/list')
    const made = say(house, 'programs/token', { name: programs[0]?.name, token_name: 'one', rights: 'see' })
    expect(principal(house, data<Made>(made))).toMatchObject({ kind: 'program', user: 's' })
    expect(say(house, 'people/add', { email: 's@x.org' }).error?.hint).toContain('programs token s@x.org TOKEN')
  })

  it('gets no token while its account is closed', () => {
    const { house } = withDevice()
    const { email } = make(house, { name: 'bot', rights: 'read' })
    data(say(house, 'users/update', { email, is_active: false }))
    const more = { name: 'bot', token_name: 'two', rights: 'read' }
    expect(say(house, 'programs/token', more).error).toMatchObject({
      code: 'not_found',
      hint: `Open it again: lares users update ${email} --is-active yes.`,
    })
  })

  it('is shut out like people are: its token revoked, its account closed or deleted', () => {
    const { house } = withDevice()
    const made = make(house, { name: 'bot', rights: 'read' })
    const { email } = made
    const two = data<Made>(say(house, 'programs/token', { name: 'bot', token_name: 'two', rights: 'see' }))
    data(say(house, 'tokens/revoke', { email, token: 'bot' }))
    expect(house.effects).toContainEqual(expect.objectContaining({ kind: 'disconnect_user', user: made.program }))
    expect(admit(house, made)).toMatchObject({ refuse: 4 })
    expect(admit(house, two)).toHaveProperty('accept')
    data(say(house, 'users/update', { email, is_active: false }))
    expect(house.effects).toContainEqual(expect.objectContaining({ kind: 'disconnect_user', user: made.program }))
    expect(admit(house, two)).toMatchObject({ refuse: 5 })
    data(say(house, 'users/delete', { email }))
    expect(admit(house, two)).toMatchObject({ refuse: 4 })
  })

  it('leaves its token nowhere but in the one answer', () => {
    const { house } = withDevice()
    const input = commandInput('programs/create', { name: 'bot', rights: 'read' }, { id: 'one', prepared: AREAS })
    const { token } = data<Made>(ask(house, input))
    expect(ask(house, input)).toMatchObject({ error: { code: 'id_reused' } })
    const tables = ['request_memory', 'events', 'api_tokens', 'users', 'hub_settings']
    expect(JSON.stringify(tables.map((table) => house.all(`SELECT * FROM ${table}`)))).not.toContain(token)
  })
})
