import { describe, expect, it } from 'vitest'
import type { Caller } from '../../../hub/engine/caller.ts'
import { writeIdentity } from '../../../hub/engine/sync-memory.ts'
import { NO_IDENTITY } from '../../../hub/engine/sync-step.ts'
import { COMMANDS, findCommand } from '../../../hub/features/commands.ts'
import { hashPassword } from '../../../hub/features/users/passwords.ts'
import { SYNC_OFF } from '../../../hub/sync/status.ts'
import { REQUEST_MEMORY_MS } from '../../../shared/limits.ts'
import { ask, commandInput, data, LOCAL, query } from '../engine/ask.ts'
import { openTestHouse, reading, START, type TestHouse } from '../engine/engine-in-memory.ts'

const HUB = { addresses: ['192.168.1.2:8883'], warnings: [], pin: 'p'.repeat(43) }
const caller = (role: Caller['role'], houses: string[] | null = null): Caller => ({
  principal: `a-${role}`,
  user: `a-${role}`,
  role,
  houses,
  client: `a-${role}.1`,
})

const STREAM = { stream: 'events', epoch: 1, position: 7, rows_behind: 2, seconds_behind: 3 }

/** What the front prepares for a command, and what its first example answers in a house that lived a little. */
const KNOWN: Record<string, { before?: string; prepared?: unknown; expect: unknown }> = {
  'admin/describe': { expect: { commands: expect.arrayContaining([expect.objectContaining({ verb: 'describe' })]) } },
  'devices/invite': {
    prepared: HUB,
    expect: { join: expect.stringMatching(/^lares edge join lares1\.\S+$/), warnings: [] },
  },
  'devices/create': {
    expect: { device: expect.stringMatching(/^garden-/), secret: expect.stringMatching(/^[\w-]{43}$/) },
  },
  'devices/list': { expect: { devices: [{ id: 'kitchen-pi', is_online: false }] } },
  'devices/show': {
    expect: { device: { id: 'kitchen-pi' }, entities: [{ entity_id: 'sensor.kitchen_pi_cpu_temperature' }] },
  },
  'devices/rename': { expect: { device: 'kitchen-pi', name: 'Kitchen' } },
  'devices/revoke': { expect: { device: 'kitchen-pi' } },
  'sensors/remove': { expect: { sensor: 'cpu_temperature', entity_id: 'sensor.kitchen_pi_cpu_temperature' } },
  'hub/status': {
    prepared: { connected: 1 },
    expect: { version: 'test', clock: 'synced', devices: { known: 1, online: 0 }, front: { connected: 1 } },
  },
  'hub/log-level': { expect: { part: 'sync', level: 'debug' } },
  'hub/log': { prepared: ['a line'], expect: { lines: ['a line'] } },
  'readings/query': { expect: { series: [{ unit: '°C', readings: [{ value: 20, quality: 1 }] }] } },
  'readings/summary': { expect: { step_ms: 3_600_000, series: [{ unit: '°C', summaries: [] }] } },
  'readings/latest': { expect: { readings: [{ device: 'kitchen-pi', value: 20 }] } },
  'readings/received': { expect: { readings: [{ device: 'kitchen-pi', value: 20 }] } },
  'sessions/list': { expect: { sessions: [{ id: 'a-session', turns: [{ duration_ms: 1_500 }] }] } },
  'events/list': { expect: { events: expect.arrayContaining([expect.objectContaining({ title: 'Hub started' })]) } },
  'rejected/list': { expect: { rejected: [{ code: 'bad_json', raw: '{' }] } },
  'retention/show': {
    expect: { classes: expect.arrayContaining([expect.objectContaining({ class: 'readings', days: 30, rows: 1 })]) },
  },
  'retention/set': { expect: { class: 'readings:temperature', days: 'never' } },
  'users/create': { prepared: '$argon2id$hash', expect: { email: 'paul@example.com', role: 'user' } },
  'users/list': { expect: { users: [{ email: 'anna@example.com', is_active: true }] } },
  'users/token': { expect: { user: 'anna', token: expect.stringMatching(/^[\w-]{43}$/) } },
  'users/update': { expect: { user: 'anna' } },
  'users/delete': { expect: { user: 'anna' } },
  'tokens/list': {
    prepared: ['t1'],
    expect: { tokens: [{ name: 'phone', email: 'anna@example.com', is_connected: true }] },
  },
  'tokens/revoke': { expect: { user: 'anna', revoked: ['phone'] } },
  'houses/list': { expect: { houses: [{ name: 'Home', devices: 1, people: 0 }] } },
  'houses/show': { expect: { house: { name: 'Home' }, people: [] } },
  'houses/update': { expect: { name: 'Cottage' } },
  'people/list': { expect: { people: [] } },
  'people/add': { expect: { name: 'anna', role: 'resident' } },
  'people/remove': {
    before: `INSERT OR IGNORE INTO people (id, house_id, user_id, name, role, created_at, updated_at) SELECT 'p1', id, 'anna', 'Anna', 'owner', 0, 0 FROM houses`,
    expect: { person: 'p1' },
  },
  'sync/status': {
    prepared: { ...SYNC_OFF, state: 'fenced', streams: [STREAM] },
    expect: { name: 'home', fenced: 'another hub', quarantine: 1, live: { state: 'fenced' }, ledger: [{ rows: 7 }] },
  },
  'sync/claim': { expect: { site: 'home' } },
  'sync/verify': {
    prepared: {
      ok: false,
      since: '2026-01-01',
      tables: [{ table: 'events', days: 1, rows: 3 }],
      differences: [{ table: 'events', day: '2026-01-01', hub: 3, central: 2, found: 'missing' }],
    },
    expect: { ok: false },
  },
  'quarantine/list': { expect: { quarantine: [{ id: 1, table_name: 'devices', code: '22021' }] } },
  'quarantine/retry': { expect: { table: 'devices', key: 'kitchen-pi' } },
  'quarantine/discard': { expect: { table: 'devices', key: 'kitchen-pi' } },
}

function lived(): TestHouse {
  const house = openTestHouse()
  house.device('kitchen-pi')
  house.db.exec(
    `INSERT INTO users (id, email, hashed_password, role, created_at, updated_at) VALUES ('anna', 'anna@example.com', 'CANARY-password', 'admin', ${START}, ${START})`,
  )
  house.db.exec(
    `INSERT INTO api_tokens (id, user_id, name, token_hash, created_at) VALUES ('t1', 'anna', 'phone', 'CANARY-token', ${START})`,
  )
  house.send(['lares/kitchen-pi/readings', reading(1, 20)], ['lares/kitchen-pi/event', '{'])
  writeIdentity(house.db, { ...NO_IDENTITY, site: 'a-site', name: 'home', epoch: 1, fenced: 'another hub' })
  house.db.exec(
    `INSERT INTO sync_quarantine (table_name, row_key, epoch, stream, code, reason, held_at) VALUES ('devices', 'kitchen-pi', 0, 'changes', '22021', 'NUL', ${START})`,
  )
  house.db.exec(
    `INSERT INTO sync_streams (stream, table_name, epoch, first, position, chain, rows, updated_at) VALUES ('events', 'events', 1, 1, 7, '', 7, ${START});
     INSERT INTO managed_scopes (scope, seq, checked_at, updated_at) VALUES ('fleet', 1, ${START}, ${START});
     INSERT INTO sessions (id, device_id, persona_id, persona_version, state, expires_at, created_at, updated_at)
       SELECT 'a-session', 'kitchen-pi', id, '1', 'ended', ${START}, ${START}, ${START} FROM personas LIMIT 1;
     INSERT INTO turns (id, session_id, device_id, phase, started_at, created_at, updated_at) VALUES ('a-turn', 'a-session', 'kitchen-pi', 'done', ${START}, ${START}, ${START});
     INSERT INTO audio_clips (id, session_id, turn_id, device_id, file, format, duration_ms, bytes, frames, lost_frames, checksum, completeness, created_at, updated_at)
       VALUES ('a-clip', 'a-session', 'a-turn', 'kitchen-pi', '2026/x.wav', 'wav', 1500, 48044, 38, 0, 'x', 'complete', ${START}, ${START});`,
  )
  return house
}

const nameOf = (command: { area: string; verb: string }) => `${command.area}/${command.verb}` as const

function call(house: TestHouse, name: `${string}/${string}`, more: Parameters<typeof commandInput>[2] = {}) {
  const { before = '', prepared } = KNOWN[name] ?? {}
  house.db.exec(before)
  return ask(house, commandInput(name, firstExample(name), { prepared, ...more }))
}

function firstExample(name: `${string}/${string}`): Record<string, unknown> {
  return findCommand(...(name.split('/') as [string, string]))?.examples[0]?.params ?? {}
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
    '%s is for its role and those above',
    (name, command) => {
      for (const role of ['device', 'user', 'admin'] as const) {
        const allowed = role === 'admin' || (role === 'user' && command.role === 'user')
        const answer = call(lived(), name, { caller: caller(role) })
        if (allowed) expect(answer.error?.code).not.toBe('forbidden')
        else expect(answer.error?.code).toBe('forbidden')
      }
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
      expect(first.status).toBe('ok')
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

  it.each(COMMANDS.filter((command) => command.danger).map(nameOf))(
    '%s, which may take something away, does not run in the engine without confirm',
    (name) => {
      const house = lived()
      const input = commandInput(name, firstExample(name), { prepared: KNOWN[name]?.prepared })
      delete input.request.confirm
      expect(ask(house, input)).toMatchObject({ error: { code: 'confirm_needed' } })
    },
  )

  it.each(COMMANDS.filter((command) => command.role === 'user').map(nameOf))(
    '%s works for a person who is no administrator',
    (name) => {
      const house = lived()
      const home = house.all<{ id: string }>('SELECT id FROM houses')[0]?.id ?? ''
      const person = caller('user', [home])
      const command = findCommand(...(name.split('/') as [string, string]))
      const result = command?.run
        ? data(call(house, name, { caller: person }))
        : query(house, name, firstExample(name), person)
      if (name !== 'events/list') expect(result).toMatchObject(KNOWN[name]?.expect as object)
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
    expect(rename('B', caller('admin')).status).toBe('ok')
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
    call(house, 'users/create', { caller: caller('admin') })
    const [row] = house.all<{ event_data: string }>(
      "SELECT severity, source, user_id, description, event_data FROM events WHERE event_type = 'api_call' ORDER BY id DESC LIMIT 1",
    )
    expect(row).toMatchObject({ severity: 'debug', source: 'user', user_id: 'a-admin' })
    expect(JSON.parse(row?.event_data ?? '')).toEqual({
      area: 'users',
      verb: 'create',
      principal: 'a-admin',
      client: 'a-admin.1',
      ok: true,
      times: 1,
    })
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
    expect(everything(caller('admin'))).toContain('secret-pi')
    const seen = everything(caller('user', [home]))
    expect(seen).toContain('kitchen-pi')
    expect(seen).not.toContain('secret-pi')
    const hidden = { device: 'secret-pi', sensor: 'cpu_temperature' }
    for (const verb of ['readings/query', 'readings/summary', 'readings/latest', 'readings/received'] as const) {
      expect(JSON.stringify(query(house, verb, hidden))).toContain('secret-pi')
      expect(() => query(house, verb, hidden, caller('user', [home]))).toThrow(/there is no device secret-pi/)
    }
    expect(() => query(house, 'devices/show', { device: 'secret-pi' }, caller('user', [home]))).toThrow(/no device/)
    expect(everything(caller('user', []))).not.toContain('kitchen-pi')
  })
})
