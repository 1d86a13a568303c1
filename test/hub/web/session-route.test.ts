import { afterEach, describe, expect, it } from 'vitest'
import { sessionRoute } from '../../../hub/web/session-route.ts'
import { cookieOf, type LoginRig, loginRig, PASSWORD } from './login-rig.ts'
import { askHttps, type PageRig, pageRig } from './page-rig.ts'

let open: (LoginRig | PageRig)[] = []
afterEach(async () => {
  await Promise.all(open.map((rig) => rig.close()))
  open = []
})

/** A page that lets people in, and one beside it that says who they are. */
async function opened() {
  const rig = await loginRig()
  const visitorOf = async (cookie: string) => rig.house.input({ kind: 'page_visitor', cookie }).value as never
  const beside = await pageRig({
    routes: new Map([['session', sessionRoute({ visitorOf, base: 'lares', now: () => rig.house.now })]]),
  })
  open = [rig, beside]
  const who = async (cookie?: string) => {
    const { status, text } = await askHttps(beside.port, '/session', {
      headers: cookie === undefined ? {} : { cookie },
    })
    return { status, body: JSON.parse(text) as Record<string, unknown> }
  }
  const logIn = async () => cookieOf(await rig.post('/login', { email: 'anna@example.com', password: PASSWORD }))
  return { rig, who, logIn }
}

describe('who is logged in with a browser', () => {
  it('is said to that browser, with what a page has to know before it connects', async () => {
    const { rig, who, logIn } = await opened()
    const { status, body } = await who(await logIn())
    expect(status).toBe(200)
    expect(body).toEqual({
      ...{ user: 'anna', session: expect.any(String), email: 'anna@example.com', full_name: 'anna', role: 'user' },
      ...{ base: 'lares', now: rig.house.now },
    })
  })

  it('is nobody without a cookie, with one that no login gave, and with a damaged one', async () => {
    const { who } = await opened()
    for (const cookie of [undefined, `__Host-lares=${'a'.repeat(43)}`, '__Host-lares=', 'other=1']) {
      const { status, body } = await who(cookie)
      expect(status).toBe(401)
      expect(Object.keys(body)).toEqual(['base', 'now'])
    }
  })

  it('is nobody any more after logging out, after the account was closed, and after its time', async () => {
    const { rig, who, logIn } = await opened()
    const first = await logIn()
    await rig.post('/logout', {}, { headers: { cookie: first } })
    expect((await who(first)).status).toBe(401)
    const second = await logIn()
    rig.house.db.prepare("UPDATE users SET is_active = 0 WHERE id = 'anna'").run()
    expect((await who(second)).status).toBe(401)
    rig.house.db.prepare("UPDATE users SET is_active = 1 WHERE id = 'anna'").run()
    expect((await who(second)).status).toBe(200)
    rig.house.db.prepare('UPDATE web_sessions SET expires_at = ?').run(rig.house.now)
    expect((await who(second)).status).toBe(401)
  })
})
