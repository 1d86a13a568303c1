import { describe, expect, it } from 'vitest'
import type { Caller } from '../../../hub/engine/caller.ts'
import { COMMANDS, findAdminCommand } from '../../../hub/features/commands.ts'
import { hashPassword } from '../../../hub/features/users/passwords.ts'
import { REQUEST_MEMORY_MS } from '../../../shared/limits.ts'
import { ADMIN, memberOf } from '../callers.ts'
import { ask, authorizedFor, commandInput, data, LOCAL, query } from '../engine/ask.ts'
import { reading, START, type TestHouse } from '../engine/engine-in-memory.ts'
import { KNOWN, lived } from './lived-house.ts'

const nameOf = (command: { area: string; verb: string }) => `${command.area}/${command.verb}` as const

function call(house: TestHouse, name: `${string}/${string}`, more: Parameters<typeof commandInput>[2] = {}) {
  const { before = '', prepared } = KNOWN[name] ?? {}
  house.db.exec(before)
  return ask(house, commandInput(name, firstExample(name), { prepared, ...more }))
}

function firstExample(name: `${string}/${string}`): Record<string, unknown> {
  return findAdminCommand(...(name.split('/') as [string, string]))?.examples[0]?.params ?? {}
}

describe('every command', () => {
  it('is known here with what its first example answers', () => {
    expect(Object.keys(KNOWN).sort()).toEqual(COMMANDS.map(nameOf).sort())
  })

  it.each(COMMANDS.map((command) => [nameOf(command), command] as const))(
    '%s answers each of its examples as its schema says',
    (name, command) => {
      for (const [index, { says, params }] of command.examples.entries()) {
        expect(says).toMatch(/[^.]$/)
        const house = lived()
        house.db.exec(KNOWN[name]?.before ?? '')
        const input = commandInput(name, params, { prepared: KNOWN[name]?.prepared })
        // `ask` and `query` compare every answer with the schema.
        const result = command.run ? data(ask(house, input)) : query(house, name, params)
        if (index === 0) expect(result).toMatchObject(KNOWN[name]?.expect as object)
      }
      expect(command.examples).not.toEqual([])
    },
  )

  it.each(COMMANDS.map((command) => [nameOf(command), command] as const))(
    '%s has one way to run, a summary, and refuses params it does not know',
    (name, command) => {
      expect([command.run, command.query].filter(Boolean)).toHaveLength(1)
      expect(command.summary).not.toBe('')
      expect(command.changes && command.query !== undefined).toBe(false)
      const params = { ...firstExample(name), surprise: 1 }
      expect(command.params.safeParse(params).success).toBe(false)
      const house = lived()
      expect(ask(house, commandInput(name, params))).toMatchObject({ error: { code: 'bad_params' } })
    },
  )

  it.each(COMMANDS.map((command) => [nameOf(command), command] as const))(
    '%s is refused when it is retained or too late',
    (name, command) => {
      const house = lived()
      expect(call(house, name, { retained: true })).toMatchObject({ error: { code: 'retained_request' } })
      const late = commandInput(name, firstExample(name))
      late.request.expires_in_ms = 1_000
      late.deadline = house.now
      // A question never comes to the engine; its time is watched by the reader.
      expect(ask(house, late)).toMatchObject({ error: { code: command.run ? 'expired' : 'unknown_command' } })
    },
  )

  it.each(COMMANDS.filter((command) => command.changes).map((command) => [nameOf(command), command] as const))(
    '%s, asked again with the same id, is answered and not run again',
    (name, command) => {
      const house = lived()
      const first = call(house, name, { id: 'one' })
      expect(first.status).not.toBe('error')
      const counts = () => [
        house.all('SELECT count(*) AS n FROM devices'),
        house.all('SELECT count(*) AS n FROM users'),
        house.all('SELECT count(*) AS n FROM invitations'),
        house.all('SELECT count(*) AS n FROM api_tokens'),
        house.all("SELECT count(*) AS n FROM events WHERE category = 'audit' AND event_type <> 'api_call'"),
      ]
      const before = counts()
      house.restart()
      const again = call(house, name, { id: 'one' })
      if (command.secretAnswer) expect(again).toMatchObject({ status: 'error', error: { code: 'id_reused' } })
      else expect(again).toEqual(first)
      expect(counts()).toEqual(before)
    },
  )

  it.each(COMMANDS.filter((command) => command.danger).map((command) => [nameOf(command), command] as const))(
    '%s is run by the engine without confirm only where it takes nothing away, and says what it would take',
    (name, command) => {
      const house = lived()
      house.db.exec(KNOWN[name]?.before ?? '')
      const params = firstExample(name)
      const asking = { db: house.db, caller: authorizedFor(name), now: house.now }
      const loss = command.danger?.(asking, command.params.parse(params))
      const input = commandInput(name, params, { prepared: KNOWN[name]?.prepared })
      delete input.request.confirm
      const answer = ask(house, input)
      if (loss === null) expect(answer.status).toBe('ok')
      else expect(answer).toMatchObject({ error: { code: 'confirm_needed', message: loss } })
    },
  )
})

describe('a request', () => {
  it('with an id that was used for something else is refused', () => {
    const house = lived()
    data(ask(house, commandInput('devices/rename', { device: 'kitchen-pi', name: 'A' }, { id: 'one' })))
    for (const other of [
      commandInput('devices/rename', { device: 'kitchen-pi', name: 'B' }, { id: 'one' }),
      commandInput('devices/revoke', { device: 'kitchen-pi' }, { id: 'one' }),
    ])
      expect(ask(house, other)).toMatchObject({ error: { code: 'id_reused' } })
    expect(house.all('SELECT name FROM devices')).toEqual([{ name: 'A' }])
  })

  it('of another principal with the same id is its own, and after a day the id is free again', () => {
    const house = lived()
    const rename = (name: string, who = LOCAL) =>
      ask(house, commandInput('devices/rename', { device: 'kitchen-pi', name }, { id: 'one', caller: who }))
    expect(rename('A').status).toBe('ok')
    expect(rename('B', ADMIN).status).toBe('ok')
    house.now += REQUEST_MEMORY_MS
    expect(rename('C').status).toBe('ok')
  })

  it('that was refused may be sent again with its id once the reason is gone', () => {
    const house = lived()
    const rename = commandInput('devices/rename', { device: 'late-pi', name: 'A' }, { id: 'one' })
    expect(ask(house, rename)).toMatchObject({ error: { code: 'not_found' } })
    house.device('late-pi')
    expect(ask(house, rename).status).toBe('ok')
  })

  it('for no command, or for a name that objects inherit, is refused', () => {
    const house = lived()
    for (const name of ['devices/explode', 'constructor/prototype', '__proto__/toString'] as const)
      expect(ask(house, commandInput(name))).toMatchObject({ error: { code: 'unknown_command' } })
  })

  it('leaves a trace without its params', () => {
    const house = lived()
    call(house, 'users/create', { caller: ADMIN })
    const [row] = house.all<{ event_data: string }>(
      "SELECT severity, source, user_id, description, event_data FROM events WHERE event_type = 'api_call' ORDER BY id DESC LIMIT 1",
    )
    expect(row).toMatchObject({ severity: 'debug', source: 'user', user_id: 'an-admin' })
    expect(JSON.parse(row?.event_data ?? '')).toEqual({ area: 'users', verb: 'create', ok: true, times: 1 })
  })

  it('that fails unexpectedly changes nothing and is told to the caller by the door', () => {
    const house = lived()
    house.db.exec(
      "CREATE TRIGGER broken BEFORE INSERT ON events WHEN NEW.event_type = 'device_renamed' BEGIN SELECT RAISE(ABORT, 'poisoned'); END",
    )
    const verdicts = house.send(commandInput('devices/rename', { device: 'kitchen-pi', name: 'A' }), [
      'lares/kitchen-pi/readings',
      reading(2, 21),
    ])
    expect(verdicts).toEqual(['rejected', 'stored'])
    expect(house.all('SELECT name FROM devices')).toEqual([{ name: 'kitchen-pi' }])
    expect(house.published('/rename')).toEqual([])
  })

  it('in the middle of a batch keeps the readings that came before it', () => {
    const house = lived()
    const verdicts = house.send(
      ['lares/kitchen-pi/readings', reading(2, 21)],
      commandInput('devices/rename', { device: 'kitchen-pi', name: 'A' }),
      ['lares/kitchen-pi/readings', reading(3, 22)],
      commandInput('devices/create', { name: 'B' }),
    )
    expect(verdicts).toEqual(['stored', 'stored', 'stored', 'stored'])
    expect(house.published('/ack')).toMatchObject([{ upto: { live: 3 } }])
    expect(house.all('SELECT value FROM readings ORDER BY id')).toEqual([{ value: 20 }, { value: 21 }, { value: 22 }])
    house.tick(2_000)
    expect(house.published('/state/cpu_temperature')).toMatchObject([{ value: 22 }])
  })
})

describe('a secret', () => {
  it('is in no remembered request, no event and no second answer', async () => {
    const house = lived()
    const hash = await hashPassword('correct horse battery')
    data(
      ask(
        house,
        commandInput(
          'users/create',
          { email: 'eve@example.com', password: 'correct horse battery' },
          { prepared: hash, id: 'user' },
        ),
      ),
    )
    const { secret } = data<{ secret: string }>(
      ask(house, commandInput('devices/create', { name: 'X' }, { id: 'dev' })),
    )
    const { token } = data<{ token: string }>(
      ask(house, commandInput('users/token', { email: 'eve@example.com', name: 't' }, { id: 'tok' })),
    )
    const { token: invitation } = data<{ token: string }>(call(house, 'devices/invite', { id: 'inv' }))
    const kept = JSON.stringify([
      house.all('SELECT * FROM request_memory'),
      house.all('SELECT * FROM events'),
      house.all('SELECT * FROM hub_settings'),
      house.all('SELECT * FROM rejected_messages'),
    ])
    for (const canary of ['correct horse', 'argon2', hash, secret, token, invitation])
      expect(kept).not.toContain(canary)
    for (const id of ['dev', 'tok', 'inv'])
      expect(house.all('SELECT response FROM request_memory WHERE request_id = ?', id)).toEqual([{ response: null }])
  })
})

describe('a person who is no administrator', () => {
  it('sees the own houses and nothing of others', () => {
    const house = lived()
    const { id: home } = house.all<{ id: string }>('SELECT id FROM houses')[0] ?? { id: '' }
    house.db.exec(
      `INSERT INTO houses (id, name, created_at, updated_at) VALUES ('other', 'Other', ${START + 1}, ${START + 1})`,
    )
    house.device('secret-pi')
    house.db.exec("UPDATE devices SET house_id = 'other' WHERE id = 'secret-pi'")
    house.restart()
    house.send(['lares/secret-pi/readings', reading(1, 99)], ['lares/secret-pi/event', { type: 'button_pressed' }])
    const everything = (who: Caller) =>
      JSON.stringify([
        query(house, 'devices/list', {}, who),
        query(house, 'readings/latest', {}, who),
        query(house, 'readings/received', {}, who),
        query(house, 'sessions/list', {}, who),
        query(house, 'events/list', {}, who),
      ])
    expect(everything(ADMIN)).toContain('secret-pi')
    const seen = everything(memberOf('resident', home))
    expect(seen).toContain('kitchen-pi')
    expect(seen).not.toContain('secret-pi')
    const hidden = { device: 'secret-pi', sensor: 'cpu_temperature' }
    for (const verb of ['readings/query', 'readings/summary', 'readings/latest', 'readings/received'] as const) {
      expect(JSON.stringify(query(house, verb, hidden))).toContain('secret-pi')
      expect(() => query(house, verb, hidden, memberOf('resident', home))).toThrow(/there is no device secret-pi/)
    }
    expect(() => query(house, 'devices/show', { device: 'secret-pi' }, memberOf('resident', home))).toThrow(/no device/)
    expect(everything(memberOf('resident', 'another'))).not.toContain('kitchen-pi')
  })
})
