import { beforeEach, describe, expect, it } from 'vitest'
import { hashSecret } from '../../../../hub/features/devices/joining.ts'
import type { SetUp } from '../../../../hub/features/logins/set-up.ts'
import { ask, commandInput, data } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'
import { come, HASH, logIn, person } from './browsers.ts'

const MINUTE_MS = 60_000
const NEW = '$argon2id$of-the-new-one'
const REACH = { origins: ['https://192.168.1.5:8443'], warnings: [], fingerprint: 'AA:BB' }
const AGAIN = 'Make another link on the machine of the hub: sudo lares setup.'
let house: TestHouse

beforeEach(() => {
  house = openTestHouse()
})

function made(): string {
  const { link } = data<{ link: string }>(ask(house, commandInput('users/setup', {}, { prepared: REACH })))
  return link.slice(link.indexOf('#setup=') + '#setup='.length)
}

function setUp(code: string, more: Partial<SetUp> = {}) {
  const wish = { code, email: 'ada@example.com', hash: NEW, full_name: 'Ada', ...more }
  const browser = { cookie: hashSecret('cookie'), address: '192.168.1.20', agent: 'A browser' }
  return house.input<Record<string, unknown> & { error?: { code: string; hint: string } }>({
    kind: 'page_setup',
    wish: { ...browser, ...wish },
  }).value
}

const users = () => house.all('SELECT email, role, is_active, hashed_password, full_name FROM users')
const asked = (code: string) => house.input<{ error: { code: string } } | null>({ kind: 'setup_code', code }).value

describe('the link by which an owner is made', () => {
  it('makes an administrator with a password, and logs their browser in', () => {
    const code = made()
    expect(asked(code)).toBeNull()
    expect(setUp(code)).toMatchObject({ email: 'ada@example.com', full_name: 'Ada', session: expect.any(String) })
    expect(users()).toEqual([
      { email: 'ada@example.com', role: 'admin', is_active: 1, hashed_password: NEW, full_name: 'Ada' },
    ])
    expect(come(house, 'cookie')).toMatchObject({ accept: { kind: 'person', rights: 'all' } })
    expect(JSON.stringify(house.all('SELECT * FROM setup_codes'))).not.toContain(code)
    expect(JSON.stringify(house.all('SELECT event_data FROM events'))).not.toContain(code)
  })

  it('is good once', () => {
    const code = made()
    setUp(code)
    const { error } = setUp(code, { email: 'eve@example.com' })
    expect(error).toMatchObject({
      code: 'code_used',
      hint: `If that was you, log in with your e-mail address and password. ${AGAIN}`,
    })
    expect(users()).toHaveLength(1)
  })

  it('is good for an hour, and worthless when another one is made', () => {
    const late = made()
    house.now += 60 * MINUTE_MS
    expect(setUp(late).error).toMatchObject({ code: 'code_expired', hint: AGAIN })
    const first = made()
    const second = made()
    expect(setUp(first).error).toMatchObject({ code: 'bad_code', hint: AGAIN })
    house.now += 59 * MINUTE_MS
    expect(setUp(second)).toHaveProperty('session')
  })

  it('is not good for longer when the clock of the hub was ahead', () => {
    house.now += 365 * 86_400_000
    const code = made()
    house.now -= 365 * 86_400_000
    expect(setUp(code).error).toMatchObject({ code: 'code_expired' })
  })

  it('burns after five wrong codes for it, and never by codes for none', () => {
    const code = made()
    const wrong = `${code.slice(0, -1)}${code.endsWith('0') ? '1' : '0'}`
    for (let at = 0; at < 20; at += 1) expect(asked('nosuchcode')).toMatchObject({ error: { code: 'bad_code' } })
    for (let at = 0; at < 4; at += 1) expect(asked(wrong)).toMatchObject({ error: { code: 'bad_code' } })
    expect(asked(code)).toBeNull()
    expect(setUp(wrong).error).toMatchObject({ code: 'bad_code' })
    expect(setUp(code).error).toMatchObject({ code: 'code_used', hint: AGAIN })
    expect(users()).toEqual([])
  })

  it('gives an account that is there another password, opens it and ends what it was logged in with', () => {
    person(house, 'ada')
    logIn(house, 'ada', 'of a thief')
    house.db.exec("UPDATE users SET is_active = 0 WHERE id = 'ada'")
    expect(setUp(made(), { full_name: null })).toMatchObject({ user: 'ada', full_name: 'ada' })
    expect(users()).toMatchObject([{ role: 'admin', is_active: 1, hashed_password: NEW }])
    expect(house.effects).toContainEqual(expect.objectContaining({ kind: 'disconnect_user', user: 'ada' }))
    expect(come(house, 'of a thief')).toMatchObject({ refuse: 4 })
    expect(come(house, 'cookie')).toHaveProperty('accept')
  })

  it('makes no program a person, changes nothing that central manages, and stays good then', () => {
    const code = made()
    expect(setUp(code, { email: 'bot@programs' }).error).toMatchObject({
      code: 'bad_params',
      hint: 'Use an address that gets mail.',
    })
    person(house, 'ada')
    house.db.exec("UPDATE users SET role = 'device' WHERE id = 'ada'")
    expect(setUp(code).error).toMatchObject({ code: 'bad_params' })
    house.db.exec("UPDATE users SET managed_by = 'central', role = 'user' WHERE id = 'ada'")
    expect(setUp(code).error).toMatchObject({ code: 'centrally_managed' })
    expect(users()).toMatchObject([{ hashed_password: HASH }])
    expect(setUp(code, { email: 'anna@example.com' })).toHaveProperty('session')
  })

  it('is offered at a start only while nobody who administers can log in at the page', () => {
    const first = () => house.input<object | null>({ kind: 'first_setup' }).value
    expect(first()).toEqual({ code: expect.stringMatching(/^[0-9a-z]{32}$/), expiresAt: house.now + 60 * MINUTE_MS })
    person(house, 'anna')
    expect(first()).not.toBeNull()
    person(house, 'ada', 'admin')
    expect(first()).toBeNull()
    house.db.exec("UPDATE users SET hashed_password = NULL WHERE id = 'ada'")
    expect(first()).not.toBeNull()
    house.db.exec(`UPDATE users SET hashed_password = '${HASH}', is_active = 0 WHERE id = 'ada'`)
    expect(first()).not.toBeNull()
  })
})
