import { beforeEach, describe, expect, it } from 'vitest'
import { hashSecret } from '../../../../hub/features/devices/joining.ts'
import { loginRights } from '../../../../hub/features/users/login-rights.ts'
import { ask, commandInput, data, query } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'
import { callerWith, come, HASH, logIn, person } from './browsers.ts'

const DAY_MS = 86_400_000
let house: TestHouse

beforeEach(() => {
  house = openTestHouse()
  person(house, 'anna')
  person(house, 'paul')
  person(house, 'ada', 'admin')
})

const session = (login: ReturnType<typeof logIn>) => ('session' in login ? login.session : '')
const shutOut = () =>
  house.effects.flatMap((effect) =>
    effect.kind === 'disconnect_user' ? [{ user: effect.user, token: effect.token }] : [],
  )
const events = (type: string) =>
  house.all<{ user_id: string | null; data: string }>(
    'SELECT user_id, event_data AS data FROM events WHERE event_type = ?',
    type,
  )

describe('a browser that is logged in', () => {
  it('comes in as its person, with the rights of the person and without a password', () => {
    const login = logIn(house, 'anna', 'cookie')
    expect(login).toMatchObject({ user: 'anna', email: 'anna@example.com', full_name: 'anna' })
    const [home] = house.all<{ id: string }>('SELECT id FROM houses')
    expect(come(house, 'cookie')).toMatchObject({
      clientId: 'page',
      accept: {
        kind: 'person',
        user: 'anna',
        token: session(login),
        rights: { [home?.id ?? '']: [{ right: 'configure' }] },
      },
    })
    expect(come(house, 'another')).toMatchObject({ refuse: 4, reason: 'this browser is not logged in' })
    expect(house.all('SELECT cookie_hash FROM web_sessions WHERE cookie_hash = ?', 'cookie')).toEqual([])
  })

  it('is refused by a token that is wrong, whatever cookie it shows', () => {
    logIn(house, 'anna', 'cookie')
    const credentials = { clientId: 'page', username: 'anna', password: 'wrong', listener: 'web', cookie: 'c' }
    expect(house.input({ kind: 'authenticate', credentials }).value).toMatchObject({ refuse: 4 })
  })

  it('has a new cookie after each login, and what it had before opens nothing', () => {
    const first = session(logIn(house, 'anna', 'first'))
    logIn(house, 'anna', 'second', { before: 'first' })
    expect(shutOut()).toEqual([{ user: 'anna', token: first }])
    expect(come(house, 'first')).toMatchObject({ refuse: 4 })
    expect(come(house, 'second')).toHaveProperty('accept')
  })

  it('is not logged in where the password was changed, or the account closed, while it was being checked', () => {
    expect(logIn(house, 'anna', 'c', { fits: '$argon2id$of-another' })).toEqual({ refused: 'changed' })
    expect(logIn(house, 'nobody', 'c')).toEqual({ refused: 'changed' })
    house.db.exec("UPDATE users SET hashed_password = NULL WHERE id = 'paul'")
    expect(logIn(house, 'paul', 'c', { fits: '' })).toEqual({ refused: 'changed' })
    house.db.exec("UPDATE users SET is_active = 0 WHERE id = 'anna'")
    expect(logIn(house, 'anna', 'c')).toEqual({ refused: 'closed' })
    expect(house.all('SELECT 1 FROM web_sessions')).toEqual([])
  })

  it('is logged out after two weeks without use, and not while it is used', () => {
    const { session: used } = logIn(house, 'anna', 'used') as { session: string }
    const { session: idle } = logIn(house, 'anna', 'idle') as { session: string }
    house.tick(8 * DAY_MS)
    house.input({ kind: 'web_sessions_used', sessions: [used] })
    house.tick(6 * DAY_MS - 1)
    expect(shutOut()).toEqual([])
    house.tick(1)
    expect(shutOut()).toEqual([{ user: 'anna', token: idle }])
    expect(come(house, 'idle')).toMatchObject({ refuse: 4 })
    expect(come(house, 'used')).toHaveProperty('accept')
  })

  it('is logged out after three months, however much it is used', () => {
    const { session: used } = logIn(house, 'anna', 'used') as { session: string }
    for (let days = 0; days < 89; days += 1) {
      house.tick(DAY_MS)
      expect(come(house, 'used')).toHaveProperty('accept')
    }
    house.now += DAY_MS
    expect(come(house, 'used')).toMatchObject({ refuse: 4 })
    house.tick(0)
    expect(shutOut()).toEqual([{ user: 'anna', token: used }])
    expect(house.all('SELECT 1 FROM web_sessions')).toEqual([])
  })

  it('is logged out when it was logged in under a clock that was ahead, once the clock is right again', () => {
    const right = house.now
    logIn(house, 'anna', 'right')
    house.now += 40 * DAY_MS
    const { session: ahead } = logIn(house, 'anna', 'ahead') as { session: string }
    house.db.exec(`UPDATE web_sessions SET last_used_at = ${house.now} WHERE id <> '${ahead}'`)
    house.now = 1_000
    house.clockSynced = false
    // What was stored would keep the time from going back so far.
    house.restart()
    house.tick(0)
    expect(shutOut()).toEqual([])
    house.now = right
    house.clockSynced = true
    house.tick(0)
    expect(shutOut()).toEqual([{ user: 'anna', token: ahead }])
    expect(come(house, 'right')).toHaveProperty('accept')
  })

  it('is logged out with all others, and every token and password is gone, when an administrator says so', () => {
    logIn(house, 'anna', 'cookie')
    logIn(house, 'paul', 'another')
    data(ask(house, commandInput('users/token', { email: 'paul@example.com', name: 'script' })))
    expect(data(ask(house, commandInput('tokens/revoke-everything')))).toEqual({ tokens: 1, browsers: 2, passwords: 0 })
    expect(shutOut().map(({ user }) => user)).toEqual(['paul', 'anna', 'paul'])
    expect(logIn(house, 'anna', 'cookie')).toHaveProperty('session')
    house.db.exec("UPDATE users SET managed_by = 'central' WHERE id = 'paul'")
    expect(data(ask(house, commandInput('tokens/revoke-everything', { passwords: true })))).toEqual({
      ...{ tokens: 0, browsers: 1, passwords: 2 },
    })
    expect(logIn(house, 'anna', 'cookie')).toEqual({ refused: 'changed' })
    expect(house.all("SELECT 1 FROM users WHERE hashed_password IS NOT NULL AND id <> 'paul'")).toEqual([])
    expect(logIn(house, 'paul', 'cookie')).toHaveProperty('session')
  })

  it('costs the card nothing when it comes again within the hour', () => {
    logIn(house, 'anna', 'cookie')
    const used = () => house.all<{ last_used_at: number }>('SELECT last_used_at FROM web_sessions')[0]?.last_used_at
    const first = used()
    house.now += 30 * 60_000
    come(house, 'cookie')
    expect(used()).toBe(first)
    house.now += 31 * 60_000
    come(house, 'cookie')
    expect(used()).toBe(house.now)
  })

  it('gives way when a person has more than fifty, the one that was not used for longest first', () => {
    logIn(house, 'anna', 'oldest')
    logIn(house, 'paul', "paul's")
    for (let at = 0; at < 50; at += 1) {
      house.now += 1
      logIn(house, 'anna', `cookie ${at}`)
    }
    expect(come(house, 'oldest')).toMatchObject({ refuse: 4 })
    expect(come(house, 'cookie 0')).toHaveProperty('accept')
    expect(come(house, "paul's")).toHaveProperty('accept')
  })

  it('is shut out by a central that closes its account, also when that is opened again', () => {
    let seq = 0
    const says = (row: Record<string, unknown> | null) => {
      seq += 1
      const rows = [
        {
          table: 'users',
          key: 'eva',
          seq,
          row: row && JSON.stringify({ id: 'eva', email: 'eva@example.com', ...row }),
        },
      ]
      const change = { step: 'scope', scope: 'fleet', seq, checksum: null, rows, whole: false } as const
      expect(house.send({ kind: 'sync', change })).toEqual(['stored'])
    }
    says({})
    for (const change of [{ is_active: false }, null]) {
      house.db
        .prepare("INSERT INTO web_sessions VALUES ('w', 'eva', ?, '192.168.1.20', 'A browser', ?, ?, ?)")
        .run(hashSecret('cookie'), house.now, house.now, house.now + DAY_MS)
      says({ full_name: 'Eva' })
      expect(come(house, 'cookie')).toHaveProperty('accept')
      says(change)
      says({})
      expect(come(house, 'cookie')).toMatchObject({ refuse: 4 })
    }
  })

  it('is shut out at once when the account is closed, deleted, or all of its logins are ended', () => {
    const ending = (verb: `${string}/${string}`, params: Record<string, unknown>) => {
      data(ask(house, commandInput(verb, params)))
      return shutOut().map(({ user }) => user)
    }
    logIn(house, 'anna', 'cookie')
    expect(ending('users/update', { email: 'anna@example.com', is_active: false })).toContain('anna')
    data(ask(house, commandInput('users/update', { email: 'anna@example.com', is_active: true })))
    expect(come(house, 'cookie')).toMatchObject({ refuse: 4 })
    logIn(house, 'anna', 'cookie')
    expect(ending('tokens/revoke', { email: 'anna@example.com', all: true })).toEqual(['anna'])
    expect(come(house, 'cookie')).toMatchObject({ refuse: 4 })
    logIn(house, 'anna', 'cookie')
    expect(ending('users/delete', { email: 'anna@example.com' })).toEqual(['anna'])
    expect(come(house, 'cookie')).toMatchObject({ refuse: 4 })
  })

  it('is shut out at once when its person is given another password, and not the one from which that was asked', () => {
    logIn(house, 'ada', 'of a thief')
    logIn(house, 'ada', 'own')
    const caller = callerWith(house, 'own')
    const params = { email: 'ada@example.com', password: 'another that is long' }
    const given = ask(house, commandInput('users/password', params, { caller, prepared: '$argon2id$of-another' }))
    expect(data(given)).toEqual({ user: 'ada', email: 'ada@example.com', ended: 1 })
    expect(['of a thief', 'own'].map((cookie) => 'accept' in come(house, cookie))).toEqual([false, true])
    expect(logIn(house, 'ada', 'c')).toEqual({ refused: 'changed' })
    expect(logIn(house, 'ada', 'c', { fits: '$argon2id$of-another' })).toHaveProperty('session')
    expect(JSON.stringify(house.all('SELECT event_data FROM events'))).not.toContain('argon2id')
    house.db.exec("UPDATE users SET role = 'device' WHERE id = 'paul'")
    const bot = { email: 'paul@example.com', password: 'another that is long' }
    expect(ask(house, commandInput('users/password', bot, { prepared: 'h' })).error?.code).toBe('bad_params')
  })

  it('does nothing more with a request that waited while it was logged out', () => {
    logIn(house, 'anna', 'cookie')
    const caller = callerWith(house, 'cookie')
    const rights = loginRights(house.db)
    expect(rights.of(caller, house.now).rights).toEqual(caller.rights)
    expect(() => rights.of(caller, house.now + 15 * DAY_MS)).toThrow('the login that asked for this has ended')
    house.db.exec("UPDATE people SET role = 'guest' WHERE user_id = 'anna'")
    expect(Object.values(rights.of(caller, house.now).rights)).toEqual([[{ right: 'see' }]])
    ask(house, commandInput('users/end-session', { session: caller.token }, { caller }))
    expect(() => rights.of(caller, house.now)).toThrow('the login that asked for this has ended')
  })

  it('leaves a trace of coming and going, and of what was tried', () => {
    const login = logIn(house, 'anna', 'cookie', { address: '192.168.1.7' })
    expect(events('login')).toEqual([
      {
        user_id: 'anna',
        data: JSON.stringify({ session: session(login), address: '192.168.1.7', agent: 'A browser' }),
      },
    ])
    expect(house.input({ kind: 'page_logout', cookie: 'none' }).value).toBe(false)
    house.input({ kind: 'login_failed', user: 'anna', address: '192.168.1.66', times: 12 })
    expect(events('login_failed')).toEqual([
      { user_id: 'anna', data: JSON.stringify({ address: '192.168.1.66', times: 12 }) },
    ])
  })
})

describe('where somebody is logged in', () => {
  const sessions = (cookie: string, params = {}) =>
    data<{ sessions: { email: string; is_this: boolean; is_connected: boolean; session: string }[] }>(
      ask(house, commandInput('users/sessions', params, { caller: callerWith(house, cookie), prepared: [] })),
    ).sessions

  it('is shown to them, and to administrators of anybody', () => {
    const phone = session(logIn(house, 'anna', 'phone'))
    house.now += 1
    const laptop = session(logIn(house, 'anna', 'laptop'))
    logIn(house, 'paul', "paul's")
    logIn(house, 'ada', "ada's")
    expect(sessions('laptop').map((one) => [one.session, one.is_this])).toEqual([
      [laptop, true],
      [phone, false],
    ])
    expect(sessions("ada's", { email: 'paul@example.com' }).map(({ email }) => email)).toEqual(['paul@example.com'])
    expect(() => sessions("paul's", { email: 'anna@example.com' })).toThrow('forbidden')
    expect(() => sessions("paul's", { email: 'nobody@example.com' })).toThrow('forbidden')
    const all = ask(house, commandInput('users/sessions', {}, { prepared: [phone] }))
    expect(data<{ sessions: unknown[] }>(all).sessions).toHaveLength(4)
    expect(all.data).toMatchObject({
      sessions: expect.arrayContaining([expect.objectContaining({ session: phone, is_connected: true })]),
    })
  })

  it('is ended by no program that speaks for its person', () => {
    const phone = session(logIn(house, 'anna', 'phone'))
    for (const kind of ['integration', 'program'] as const) {
      const caller = { ...callerWith(house, 'phone'), kind, token: null }
      for (const command of [
        commandInput('users/end-session', { session: phone }, { caller }),
        commandInput('users/end-sessions', {}, { caller }),
      ])
        expect(ask(house, command).error?.code).toBe('forbidden')
    }
    expect(come(house, 'phone')).toHaveProperty('accept')
  })

  it('ends in one browser, by them or an administrator and nobody else', () => {
    const phone = session(logIn(house, 'anna', 'phone'))
    logIn(house, 'anna', 'laptop')
    logIn(house, 'paul', "paul's")
    const end = (cookie: string) =>
      ask(house, commandInput('users/end-session', { session: phone }, { caller: callerWith(house, cookie) }))
    expect(end("paul's").error).toMatchObject({
      code: 'not_found',
      hint: 'See where you are logged in: lares users sessions.',
    })
    expect(come(house, 'phone')).toHaveProperty('accept')
    expect(data(end('laptop'))).toEqual({ session: phone })
    expect(shutOut()).toEqual([{ user: 'anna', token: phone }])
    expect(come(house, 'phone')).toMatchObject({ refuse: 4 })
    expect(come(house, 'laptop')).toHaveProperty('accept')
  })

  it('ends in every browser but the one that asks', () => {
    const phone = session(logIn(house, 'anna', 'phone'))
    logIn(house, 'anna', 'laptop')
    logIn(house, 'paul', "paul's")
    const end = (cookie: string) =>
      ask(house, commandInput('users/end-sessions', {}, { caller: callerWith(house, cookie) }))
    expect(data(end('laptop'))).toEqual({ ended: 1 })
    expect(shutOut()).toEqual([{ user: 'anna', token: phone }])
    expect(['phone', 'laptop', "paul's"].map((cookie) => 'accept' in come(house, cookie))).toEqual([false, true, true])
    expect(data(ask(house, commandInput('users/end-sessions')))).toEqual({ ended: 0 })
  })
})

describe('who asks', () => {
  it('is told to a browser, a token, a program and the socket of the machine', () => {
    const login = logIn(house, 'anna', 'cookie')
    const [home] = house.all<{ id: string; name: string }>('SELECT id, name FROM houses')
    expect(query(house, 'users/me', {}, callerWith(house, 'cookie'))).toEqual({
      kind: 'person',
      email: 'anna@example.com',
      full_name: 'anna',
      is_administrator: false,
      houses: [{ name: home?.name, may: [{ right: 'configure' }], house: home?.id }],
      ends_at: house.now + 90 * DAY_MS,
      user: 'anna',
      session: session(login),
    })
    expect(query(house, 'users/me')).toMatchObject({ kind: 'local', email: null, is_administrator: true, user: null })
    logIn(house, 'ada', "ada's")
    expect(query(house, 'users/me', {}, callerWith(house, "ada's"))).toMatchObject({
      is_administrator: true,
      houses: [{ may: [{ right: 'administer' }] }],
    })
    expect(HASH in query(house, 'users/me')).toBe(false)
  })
})

describe('what a password is compared with', () => {
  const asked = (email: string, address = '192.168.1.20') => house.input({ kind: 'password_of', email, address }).value

  it('is known of people alone, and whether they are logged in where somebody tries', () => {
    expect(asked('anna@example.com')).toEqual({ user: 'anna', hash: HASH, isKnownAddress: false })
    logIn(house, 'anna', 'cookie')
    expect(asked('anna@example.com')).toMatchObject({ isKnownAddress: true })
    expect(asked('anna@example.com', '192.168.1.66')).toMatchObject({ isKnownAddress: false })
    expect(asked('nobody@example.com')).toBeNull()
    house.db.exec("UPDATE users SET role = 'device' WHERE id = 'paul'")
    expect(asked('paul@example.com')).toBeNull()
  })
})
