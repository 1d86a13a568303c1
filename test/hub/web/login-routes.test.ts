import { once } from 'node:events'
import { request } from 'node:https'
import { afterEach, describe, expect, it } from 'vitest'
import { HASH } from '../features/logins/browsers.ts'
import { cookieOf, type LoginRig, loginRig, PASSWORD } from './login-rig.ts'

let rig: LoginRig | null = null
afterEach(async () => {
  await rig?.close()
  rig = null
})

async function opened(...given: Parameters<typeof loginRig>): Promise<LoginRig> {
  rig = await loginRig(...given)
  return rig
}

const RIGHT = { email: 'Anna@Example.com ', password: PASSWORD }
const WRONG = { email: 'anna@example.com', password: 'guessed it is' }
const errorOf = ({ text }: { text: string }) => (JSON.parse(text) as { error: { code: string; hint: string } }).error

describe('logging in at the page', () => {
  it('gives the browser a cookie that no script reads, no other site sends and no other host gets', async () => {
    const { post, house } = await opened()
    const answer = await post('/login', RIGHT)
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.text)).toEqual({
      user: 'anna',
      session: expect.any(String),
      email: 'anna@example.com',
      full_name: 'anna',
    })
    const [cookie = ''] = answer.headers['set-cookie'] ?? []
    expect(cookie).toMatch(/^__Host-lares=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=7776000$/)
    expect(answer.headers['cache-control']).toBe('no-store')
    const value = cookieOf(answer).slice('__Host-lares='.length)
    expect(house.all('SELECT 1 FROM web_sessions')).toHaveLength(1)
    expect(JSON.stringify(house.all('SELECT * FROM web_sessions'))).not.toContain(value)
    expect(answer.text).not.toContain(value)
  })

  it('makes a new cookie each time, and ends what the browser had before', async () => {
    const { post, house } = await opened()
    const first = cookieOf(await post('/login', RIGHT))
    const second = cookieOf(await post('/login', RIGHT, { headers: { cookie: first } }))
    expect(second).not.toBe(first)
    expect(house.all('SELECT 1 FROM web_sessions')).toHaveLength(1)
    // A cookie that somebody else set says nothing.
    const third = cookieOf(await post('/login', RIGHT, { headers: { cookie: `__Host-lares=${'x'.repeat(43)}` } }))
    expect(third).not.toContain('xxx')
  })

  it('says the same of a wrong password, an address that nobody has and one without a password, after as much work', async () => {
    const { post, house, compared } = await opened()
    house.db.exec("UPDATE users SET hashed_password = NULL WHERE id = 'ada'")
    const answers = [
      await post('/login', WRONG),
      await post('/login', { ...WRONG, email: 'nobody@example.com' }),
      await post('/login', { ...RIGHT, email: 'ada@example.com' }),
    ]
    for (const { status, text, headers } of answers) {
      expect([status, text]).toEqual([401, answers[0]?.text])
      expect(headers['set-cookie']).toBeUndefined()
    }
    expect(errorOf(answers[0] as never).code).toBe('bad_login')
    expect(compared).toEqual([expect.stringContaining('argon2id'), null, null])
  })

  it('says of a closed account that it is closed to whoever knows the password alone', async () => {
    const { post, house } = await opened()
    house.db.exec("UPDATE users SET is_active = 0 WHERE id = 'anna'")
    expect((await post('/login', WRONG)).status).toBe(401)
    const answer = await post('/login', RIGHT)
    expect([answer.status, errorOf(answer).hint]).toEqual([403, 'Ask an administrator of this hub to open it again.'])
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  it('is only for the page of this hub', async () => {
    const { post, port, house } = await opened()
    for (const origin of ['https://evil.example', 'null', `http://127.0.0.1:${port}`, 'https://127.0.0.1:1']) {
      const answer = await post('/login', RIGHT, { headers: { origin } })
      expect([answer.status, errorOf(answer).hint]).toEqual([
        403,
        'Open the page of the hub itself; a program says the same origin.',
      ])
    }
    expect(
      (await post('/login', RIGHT, { headers: { host: 'evil.example', origin: 'https://evil.example' } })).status,
    ).toBe(421)
    expect((await post('/login', '', { method: 'GET' })).status).toBe(405)
    expect(house.all('SELECT 1 FROM web_sessions')).toEqual([])
  })

  it('takes what the page sends, in bounds, and never says it again', async () => {
    const { post } = await opened()
    const form = await post('/login', 'email=a', { headers: { 'content-type': 'application/x-www-form-urlencoded' } })
    expect([form.status, errorOf(form).hint]).toEqual([400, 'Send it with Content-Type: application/json.'])
    expect(errorOf(await post('/login', '{"email":')).code).toBe('bad_json')
    const wrong = await post('/login', { email: 'a', password: 7, canary: 'canary' })
    expect([wrong.status, errorOf(wrong).hint]).toEqual([400, 'docs/web.md, "For programs", says what is sent here.'])
  })

  it('tells whoever sends too much so, also when they send it all before they listen', async () => {
    const { post } = await opened()
    for (const size of [20_000, 1_000_000]) {
      const large = await post('/login', { email: 'a', password: 'x'.repeat(size) })
      expect([large.status, errorOf(large).hint]).toEqual([413, 'Send less.'])
      expect(large.text).not.toContain('xxx')
    }
  })

  it('cuts off whoever sends without an end', async () => {
    const { port } = await opened()
    const headers = { origin: `https://127.0.0.1:${port}`, 'content-type': 'application/json' }
    const asked = request({ port, path: '/login', method: 'POST', headers, rejectUnauthorized: false })
    let isOver = false
    for (const event of ['error', 'close', 'response']) asked.on(event, () => (isOver = true))
    const piece = Buffer.alloc(65_536, 'x')
    let sent = 0
    for (; !isOver && sent < 100_000_000; sent += piece.length)
      if (!asked.write(piece)) await Promise.race([once(asked, 'drain'), once(asked, 'close')]).catch(() => {})
    asked.destroy()
    expect(sent).toBeLessThan(50_000_000)
  })
})

describe('guessing a password', () => {
  it('waits twice as long after each try, is told how long, and takes no password meanwhile', async () => {
    const { post, clock, compared } = await opened()
    for (let at = 0; at < 5; at += 1) expect((await post('/login', WRONG)).status).toBe(401)
    const waits: string[] = []
    for (let at = 0; at < 3; at += 1) {
      const early = await post('/login', RIGHT)
      expect([early.status, errorOf(early).code]).toEqual([429, 'too_many_tries'])
      waits.push(`${early.headers['retry-after']} ${JSON.parse(early.text).retry_after_s} ${errorOf(early).hint}`)
      await clock.advance(Number(early.headers['retry-after']) * 1_000)
      await post('/login', WRONG)
    }
    expect(waits).toEqual(['1 1 Try again in 1 s.', '2 2 Try again in 2 s.', '4 4 Try again in 4 s.'])
    expect(compared).toHaveLength(8)
    await clock.advance(8_000)
    expect((await post('/login', RIGHT)).status).toBe(200)
    expect((await post('/login', RIGHT)).status).toBe(200)
  })

  it('gains nothing by many tries at once', async () => {
    const { post, compared } = await opened()
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('/login', WRONG)))
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(15)
    expect(compared).toHaveLength(5)
  })

  it('is noted once and then with its number, without what was typed as an address', async () => {
    const { post, clock, noted } = await opened()
    for (let at = 0; at < 4; at += 1) await post('/login', WRONG)
    await post('/login', { email: 'my password', password: 'x' })
    expect(noted).toEqual([
      { user: 'anna', address: '127.0.0.1', times: 1 },
      { user: null, address: '127.0.0.1', times: 1 },
    ])
    await clock.advance(600_000)
    expect(noted.slice(2)).toEqual([{ user: 'anna', address: '127.0.0.1', times: 3 }])
    expect(JSON.stringify(noted)).not.toContain('my password')
  })
})

describe('logging out', () => {
  it('ends what the cookie opened, and takes it and what the page keeps out of the browser', async () => {
    const { post, house } = await opened()
    const cookie = cookieOf(await post('/login', RIGHT))
    const stranger = await post('/logout', '', { headers: { cookie, origin: 'https://evil.example' } })
    expect([stranger.status, house.all('SELECT 1 FROM web_sessions')]).toEqual([403, [expect.anything()]])
    const answer = await post('/logout', '', { headers: { cookie } })
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { ended: true }])
    expect(answer.headers['set-cookie']).toEqual([
      '__Host-lares=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0',
    ])
    expect(answer.headers['clear-site-data']).toBe('"cache", "storage"')
    expect(house.effects).toContainEqual(expect.objectContaining({ kind: 'disconnect_user', user: 'anna' }))
    expect(JSON.parse((await post('/logout', '', { headers: { cookie } })).text)).toEqual({ ended: false })
  })
})

describe('the link of an owner', () => {
  const code = (rig: LoginRig) => rig.house.input<{ code: string }>({ kind: 'first_setup' }).value.code
  const wish = { email: 'Eva@Example.com', password: PASSWORD, full_name: 'Eva' }

  it('makes the account at the page of this hub alone, and logs in', async () => {
    const rig = await opened()
    rig.house.db.exec("DELETE FROM users WHERE id = 'ada'")
    const body = { ...wish, code: code(rig) }
    expect((await rig.post('/setup', body, { headers: { origin: 'https://evil.example' } })).status).toBe(403)
    expect((await rig.post('/setup', { ...body, password: 'short' })).status).toBe(400)
    const answer = await rig.post('/setup', body)
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([
      200,
      { email: 'eva@example.com', full_name: 'Eva' },
    ])
    expect(rig.house.all("SELECT role FROM users WHERE email = 'eva@example.com'")).toEqual([{ role: 'admin' }])
    expect(cookieOf(answer)).toMatch(/^__Host-lares=/)
    const again = await rig.post('/setup', body)
    expect([again.status, errorOf(again).code]).toEqual([401, 'code_used'])
  })

  it('takes few guesses of one address', async () => {
    const { post } = await opened()
    const statuses: number[] = []
    for (let at = 0; at < 7; at += 1) statuses.push((await post('/setup', { ...wish, code: 'guessed' })).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429])
  })
})

describe('another password', () => {
  const NEW = { password: PASSWORD, new_password: 'another that is long' }

  it('is given to whoever is logged in and knows the present one, and logs their other browsers out', async () => {
    const { post, house } = await opened()
    const phone = cookieOf(await post('/login', RIGHT))
    const laptop = cookieOf(await post('/login', RIGHT))
    const answer = await post('/password', NEW, { headers: { cookie: laptop } })
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { ended: 1 }])
    expect((await post('/password', NEW, { headers: { cookie: phone } })).status).toBe(401)
    expect((await post('/login', RIGHT)).status).toBe(401)
    expect(house.all("SELECT hashed_password AS hash FROM users WHERE id = 'anna'")).toEqual([{ hash: `${HASH} anew` }])
    expect(house.all('SELECT 1 FROM web_sessions')).toHaveLength(1)
  })

  it('is given at central to whom central manages', async () => {
    const { post, house } = await opened()
    const cookie = cookieOf(await post('/login', RIGHT))
    house.db.exec("UPDATE users SET managed_by = 'central' WHERE id = 'anna'")
    const answer = await post('/password', NEW, { headers: { cookie } })
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'centrally_managed'])
  })

  it('is given to nobody who does not know the present one, whose guesses wait like those at the login', async () => {
    const { post, house } = await opened()
    const cookie = cookieOf(await post('/login', RIGHT))
    const wrong = { ...NEW, password: 'guessed it is' }
    const statuses: number[] = []
    for (let at = 0; at < 6; at += 1) statuses.push((await post('/password', wrong, { headers: { cookie } })).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
    expect((await post('/login', RIGHT)).status).toBe(429)
    expect(house.all("SELECT hashed_password AS hash FROM users WHERE id = 'anna'")).toEqual([{ hash: HASH }])
  })

  it('is asked for by a browser that is logged in, from the page of this hub', async () => {
    const { post } = await opened()
    const cookie = cookieOf(await post('/login', RIGHT))
    const none = await post('/password', NEW)
    expect([none.status, errorOf(none).hint]).toEqual([401, 'Log in again.'])
    const strange = await post('/password', NEW, { headers: { cookie, origin: 'https://evil.example' } })
    expect(strange.status).toBe(403)
    const short = await post('/password', { ...NEW, new_password: 'short' }, { headers: { cookie } })
    expect(short.status).toBe(400)
    const wrong = await post('/password', { ...NEW, password: 'x' }, { headers: { cookie } })
    expect(errorOf(wrong).hint).toBe('Look whether capitals are locked.')
  })
})
