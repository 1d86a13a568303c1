import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { parseJoinToken } from '../../shared/join-token.ts'
import type { Right } from '../../shared/rights.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually } from '../faults/lib/fleet.ts'
import { connectPacket, type RawClient } from '../hub/broker/raw-client.ts'
import { cookieOf } from '../hub/web/login-rig.ts'
import { askHttps, openMqtt } from '../hub/web/page-rig.ts'

interface Described {
  area: string
  verb: string
  needs: Right | null
  needs_person: boolean
}

type Shown = { cookie?: string; username?: string; password?: string; client?: string }

const PASSWORD = 'long enough to be one'
const data = makeDataFolder()
let hub: HubProcess
let admin: LocalAdmin
let commands: Described[] = []
const open: RawClient[] = []

/** What each kind of caller may: up to a right in its house, and where it is a program in which area. */
const MAY: Record<string, { right: Right; area?: string } | null> = {
  'an administrator, with a browser': { right: 'administer' },
  'an owner, with a browser': { right: 'configure' },
  'a resident, with a browser': { right: 'control' },
  'a resident, with a token': { right: 'control' },
  'a guest, with a browser': { right: 'see' },
  'an owner of another house, with a browser': { right: 'configure' },
  'somebody of no house, with a browser': null,
  'an integration of a resident': { right: 'control' },
  'a program that may read': { right: 'read' },
  'a program that may switch devices': { right: 'control', area: 'devices' },
}
const ORDER: readonly Right[] = ['see', 'read', 'control', 'configure', 'administer']
const shown = new Map<string, Shown>()

async function account(email: string, more: { role?: string; house?: string; member?: string } = {}): Promise<string> {
  await admin.call('users', 'create', { email, password: PASSWORD, ...(more.role ? { role: more.role } : {}) })
  if (more.member) await admin.call('people', 'add', { email, role: more.member, house: more.house ?? 'Home' })
  return email
}

async function browser(email: string): Promise<Shown> {
  const answer = await askHttps(hub.ports.https, '/login', {
    method: 'POST',
    headers: { origin: `https://127.0.0.1:${hub.ports.https}`, 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: PASSWORD }),
  })
  expect(answer.status).toBe(200)
  return { cookie: cookieOf(answer) }
}

async function token(email: string, more: Record<string, unknown> = {}): Promise<Shown> {
  const made = await admin.call<{ user: string; token: string }>('users', 'token', { email, name: 'token', ...more })
  return { username: made.user, password: made.token }
}

async function program(name: string, rights: string): Promise<Shown> {
  const made = await admin.call<{ program: string; token: string }>('programs', 'create', {
    name,
    rights,
    houses: 'Home',
  })
  return { username: made.program, password: made.token }
}

async function comes({ cookie, username, password, client = 'page' }: Shown) {
  const raw = await openMqtt(hub.ports.https, cookie === undefined ? {} : { headers: { cookie } })
  open.push(raw)
  raw.send(
    connectPacket(client, {
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password: Buffer.from(password) }),
    }),
  )
  const { returnCode } = await raw.next('connack')
  return { raw, returnCode }
}

/** The codes with which every command is answered that has a param which no command takes: rights are judged before. */
async function askedAll(raw: RawClient, client = 'page'): Promise<Map<string, string>> {
  raw.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: `lares/admin/response/${client}/#`, qos: 1 }] })
  await raw.next('suback')
  const codes = new Map<string, string>()
  for (const [at, { area, verb }] of commands.entries()) {
    const payload = JSON.stringify({ id: `${area}/${verb}`, params: { no_such_param: 1 }, confirm: true })
    const topic = `lares/admin/request/${area}/${verb}`
    raw.send({ cmd: 'publish', topic, payload, qos: 1, messageId: at + 2, retain: false, dup: false })
    const { payload: told, messageId = 0 } = await raw.next('publish')
    raw.send({ cmd: 'puback', messageId })
    const { id, error } = JSON.parse(String(told)) as { id: string; error?: { code: string } }
    codes.set(id, error?.code ?? 'ok')
  }
  return codes
}

beforeAll(async () => {
  hub = await startHub(data)
  admin = await LocalAdmin.open(hub.ports.socket)
  commands = (await admin.call<{ commands: Described[] }>('admin', 'describe')).commands
  const { houses } = await admin.call<{ houses: { name: string }[] }>('houses', 'list')
  await admin.call('houses', 'update', { house: houses[0]?.name, name: 'Home' })
  await admin.call('houses', 'create', { name: 'Other' })
  shown.set('an administrator, with a browser', await browser(await account('ada@example.org', { role: 'admin' })))
  shown.set('an owner, with a browser', await browser(await account('olga@example.org', { member: 'owner' })))
  const resident = await account('rita@example.org', { member: 'resident' })
  shown.set('a resident, with a browser', await browser(resident))
  shown.set('a resident, with a token', await token(resident))
  shown.set('an integration of a resident', await token(resident, { name: 'assistant', integration: true }))
  shown.set('a guest, with a browser', await browser(await account('gus@example.org', { member: 'guest' })))
  const neighbour = await account('nell@example.org', { member: 'owner', house: 'Other' })
  shown.set('an owner of another house, with a browser', await browser(neighbour))
  shown.set('somebody of no house, with a browser', await browser(await account('sid@example.org')))
  shown.set('a program that may read', await program('reader', 'read'))
  shown.set('a program that may switch devices', await program('switcher', 'devices:control'))
}, 120_000)

afterAll(async () => {
  for (const raw of open) raw.stream.destroy()
  admin.close()
  await hub.stop()
  data.remove()
}, 60_000)

describe('over the page of a running hub', () => {
  it.each(Object.keys(MAY))(
    'every command is judged by what it needs for %s',
    async (who) => {
      const { raw, returnCode } = await comes(shown.get(who) ?? {})
      expect(returnCode).toBe(0)
      const may = MAY[who]
      const allowed = ({ needs, area }: Described) =>
        needs === null ||
        (may != null && (may.area ?? area) === area && ORDER.indexOf(may.right) >= ORDER.indexOf(needs))
      const codes = await askedAll(raw)
      const wrong = commands.filter((command) => {
        const code = codes.get(`${command.area}/${command.verb}`)
        // What is for people is judged before, and says so.
        if (command.needs_person && !/browser|with a token/.test(who)) return code !== 'needs_person'
        return code !== (allowed(command) ? 'bad_params' : 'forbidden')
      })
      expect(wrong.map(({ area, verb }) => `${area}/${verb}: ${codes.get(`${area}/${verb}`)}`)).toEqual([])
      expect(codes.size).toBe(commands.length)
      expect(commands.length).toBeGreaterThan(100)
    },
    60_000,
  )

  it('nobody comes in who is not logged in, whatever they show', async () => {
    const phone = await browser(await account('paula@example.org', { member: 'owner' }))
    const brief = await token('paula@example.org', { name: 'brief', expires: Date.now() + 2_000 })
    expect((await comes(phone)).returnCode).toBe(0)
    expect((await comes(brief)).returnCode).toBe(0)
    await admin.call('users', 'end-session', {
      session: (
        await admin.call<{ sessions: { session: string }[] }>('users', 'sessions', { email: 'paula@example.org' })
      ).sessions[0]?.session,
    })
    const refused: [string, Shown][] = [
      ['nothing', {}],
      ['a name alone', { username: 'ada@example.org' }],
      ['e-mail and password', { username: 'ada@example.org', password: PASSWORD }],
      ['a cookie of nobody', { cookie: `__Host-lares=${'x'.repeat(43)}` }],
      ['a cookie without its name', { cookie: phone.cookie?.replace('__Host-lares', 'lares') ?? '' }],
      ['a login that was ended', phone],
      ['a cookie and a wrong token', { ...shown.get('a guest, with a browser'), username: 'x', password: 'x' }],
    ]
    for (const [what, how] of refused) expect([what, (await comes(how)).returnCode]).toEqual([what, 4])
    await eventually(async () => (await comes(brief)).returnCode === 4, 30_000)
    for (const path of ['/session', '/files/x'])
      expect([401, 404]).toContain((await askHttps(hub.ports.https, path)).status)
  }, 60_000)

  it('what was handed out to somebody brings nothing once their rights are others', async () => {
    const how = { ...(await browser(await account('nora@example.org', { role: 'admin' }))), client: 'nora' }
    const { raw } = await comes(how)
    raw.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'lares/admin/response/nora/#', qos: 1 }] })
    await raw.next('suback')
    const handedOut = async (id: string, messageId: number) => {
      const payload = JSON.stringify({ id, params: {} })
      const topic = 'lares/admin/request/hub/fetch-backup'
      raw.send({ cmd: 'publish', topic, payload, qos: 1, messageId, retain: false, dup: false })
      const told = await raw.next('publish')
      raw.send({ cmd: 'puback', messageId: told.messageId ?? 0 })
      return (JSON.parse(String(told.payload)) as { data: { path: string } }).data.path
    }
    const paths = [await handedOut('one', 2), await handedOut('two', 3)]
    const fetched = async (path = '') =>
      (await askHttps(hub.ports.https, path, { headers: { cookie: how.cookie ?? '' } })).text
    expect(await fetched(paths[0])).not.toContain('there is nothing at this link')
    await admin.call('users', 'update', { email: 'nora@example.org', role: 'user' })
    expect(await fetched(paths[1])).toContain('there is nothing at this link')
  })

  it('devices, bridges and joiners are asked nothing, and told nothing', async () => {
    const device = await admin.call<{ device: string; secret: string }>('devices', 'create', {
      name: 'Garden',
      house: 'Home',
    })
    const bridge = await admin.call<{ user: string; password: string }>('bridges', 'add', {
      kind: 'zigbee2mqtt',
      house: 'Home',
    })
    const invitation = await admin.call<{ token: string }>('devices', 'invite', { name: 'Hall', house: 'Home' })
    const code = parseJoinToken(invitation.token).code
    const strangers: [string, Shown & { client: string }][] = [
      ['device', { username: device.device, password: device.secret, client: device.device }],
      ['bridge', { username: bridge.user, password: bridge.password, client: 'zigbee' }],
      ['joiner', { username: 'join', password: code, client: 'join.abc' }],
    ]
    for (const [what, how] of strangers) {
      const { raw, returnCode } = await comes(how)
      expect([what, returnCode]).toEqual([what, 0])
      const filters = [`lares/admin/response/${how.client}/#`, 'lares/admin/event', 'lares/hub/info']
      raw.send({ cmd: 'subscribe', messageId: 1, subscriptions: filters.map((topic) => ({ topic, qos: 1 })) })
      const { granted } = await raw.next('suback')
      expect([what, granted.slice(0, 2)]).toEqual([what, [128, 128]])
      for (const [at, { area, verb }] of commands.entries()) {
        const payload = JSON.stringify({ id: 'x', params: {}, confirm: true })
        const topic = `lares/admin/request/${area}/${verb}`
        raw.send({ cmd: 'publish', topic, payload, qos: 1, messageId: at + 2, retain: false, dup: false })
        await raw.next('puback')
      }
      const told = raw.received.filter((packet) => packet.cmd === 'publish' && packet.topic.includes('/admin/'))
      expect([what, told]).toEqual([what, []])
    }
    const { users } = await admin.call<{ users: object[] }>('users', 'list')
    expect(users.length).toBeGreaterThan(5)
  }, 60_000)
})
