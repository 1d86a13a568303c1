import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually, within } from '../faults/lib/fleet.ts'
import { askHttps } from '../hub/web/page-rig.ts'
import { asPattern } from '../remedies/lib/as-pattern.ts'
import { json, laptop, lares, onTerminal, start } from './laptop.ts'

const EMAIL = 'anna@example.com'
const PASSWORD = 'a password of hers'
const EXPORT = ['readings', 'export', 'Garden', 'soil']
const ON_ITS_MACHINE =
  'Log in on that machine (ssh) and call it there, without --hub. What can be asked from elsewhere: lares help.'
const data = makeDataFolder()
let hub: HubProcess
let admin: LocalAdmin
let fingerprint = ''
let port = 0

/** One reading, so that there is something to export. */
async function measure({ device, secret }: { device: string; secret: string }): Promise<void> {
  const url = `mqtt://127.0.0.1:${hub.ports.plain}`
  const client = await connectAsync(url, { clientId: device, username: device, password: secret, protocolVersion: 4 })
  const items = [{ sensor: 'soil', value: 41.5, kind: 'humidity' }]
  await client.publishAsync(`lares/${device}/readings`, JSON.stringify({ items }), { qos: 1 })
  await client.endAsync()
}

const login = (...more: string[]) =>
  lares(['login', `localhost:${port}`, '--user', EMAIL, '--fingerprint', fingerprint, ...more], `${PASSWORD}\n`)

beforeAll(async () => {
  hub = await startHub(data)
  port = hub.ports.https
  admin = await LocalAdmin.open(hub.ports.socket)
  await admin.call('users', 'create', { email: EMAIL, password: PASSWORD, role: 'admin' })
  const garden = await admin.call<{ device: string; secret: string }>('devices', 'create', { name: 'Garden' })
  await measure(garden)
  await eventually(async () => (await askHttps(port, '/ca.crt')).status === 200, 30_000)
  await eventually(async () => {
    const { front } = await admin.call<{ front: { page: { fingerprint: string | null } } }>('hub', 'status')
    fingerprint = front.page.fingerprint ?? ''
    return fingerprint !== ''
  }, 30_000)
}, 120_000)

afterAll(async () => {
  admin.close()
  await hub.stop()
  data.remove()
  rmSync(laptop, { recursive: true })
}, 60_000)

describe('a laptop that is not logged in', () => {
  it('is told how one logs in, and that somebody has to compare', async () => {
    const nobody = await lares(['devices', 'list'])
    expect(nobody).toMatchObject({ code: 4, err: expect.stringContaining('lares login') })
    const { code, err } = await lares(['login', `localhost:${port}`, '--user', EMAIL], `${PASSWORD}\n`)
    expect([code, err]).toEqual([5, expect.stringContaining(fingerprint)])
    expect(readdirSync(laptop)).toEqual([])
  }, 60_000)

  it('logs in with the fingerprint that the hub shows, and not with a wrong password', async () => {
    const wrong = await lares(
      ['login', `localhost:${port}`, '--user', EMAIL, '--fingerprint', fingerprint],
      'another password\n',
    )
    expect(wrong).toMatchObject({ code: 5, err: expect.stringContaining('[bad_login]') })
    const { code, out, err } = await login('--name', 'home')
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain(`Logged in at home (localhost:${port}) as ${EMAIL}`)
    const file = join(laptop, '.config/lares/hubs.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).not.toContain(PASSWORD)
  }, 60_000)
})

describe('a laptop that is logged in', () => {
  it('lists, shows, changes and takes away as the machine of the hub does', async () => {
    const { device } = await json<{ device: string }>(['devices', 'create', 'Shed'])
    expect((await lares(['devices', 'list'])).out).toContain('Shed')
    expect((await lares(['devices', 'rename', device, 'Barn'])).code).toBe(0)
    expect(await json<object>(['devices', 'show', device])).toMatchObject({ device: { name: 'Barn' } })
    const refused = await lares(['devices', 'revoke', device])
    expect(refused).toMatchObject({ code: 5, err: expect.stringMatching(/^At home: Barn .*--yes/s) })
    expect(await json<object>(['devices', 'revoke', device, '--yes'])).toEqual({ device })
    expect(await json<object>(['users', 'me'])).toMatchObject({ kind: 'person', email: EMAIL, is_administrator: true })
    expect((await lares(['hub', 'status'])).out).toContain('vouched for by')
    expect((await lares(['events', 'list', '--all', '--limit', '5'])).code).toBe(0)
    const traced = await lares(['trace', 'reading', 'Garden', 'soil'])
    expect([traced.code, traced.out]).toEqual([0, expect.stringContaining('Garden')])
    expect((await lares(['readings', 'latest'])).out).toContain('41.5')
    const nothing = await lares(['devices', 'show', 'nobody'])
    expect(nothing).toMatchObject({ code: 3, err: expect.stringContaining('[not_found]') })
    const { devices } = await admin.call<{ devices: object[] }>('devices', 'list', { all: true })
    expect(devices).toHaveLength(2)
  }, 120_000)

  it('asks with a secret that comes on standard input', async () => {
    const made = await lares(['users', 'create', 'paul@example.com'], 'a password of his\n')
    expect(made).toMatchObject({ code: 0, err: '' })
  }, 60_000)

  it('reads a list on its own disk', async () => {
    writeFileSync(join(laptop, 'lamps.csv'), 'name,type,brand\nSofa lamp,light,Philips\n')
    const { code, out } = await lares(['import', 'devices', 'lamps.csv'])
    expect([code, out]).toEqual([0, expect.stringContaining('1')])
    expect((await lares(['devices', 'list'])).out).toContain('Sofa lamp')
  }, 60_000)

  it('fetches files to where it is, once, and never over one that is there', async () => {
    const { code, out } = await lares(EXPORT)
    expect(code).toBe(0)
    const name = /([^/\s]+) \(/.exec(out)?.[1] ?? ''
    const rows = readFileSync(join(laptop, name), 'utf8')
    expect(rows).toMatch(/\n.*41\.5/)
    expect(await lares(EXPORT)).toMatchObject({ code: 5, err: expect.stringContaining('is there already') })
    const told = await json<{ file: string; bytes: number }>([...EXPORT, '--file', 'copy.csv'])
    expect(told).toEqual({ file: join(laptop, 'copy.csv'), bytes: Buffer.byteLength(rows) })
    expect((await lares([...EXPORT, '--file', '-'])).out).toBe(rows)
    expect(readdirSync(laptop).filter((one) => one.startsWith('.'))).toEqual(['.config'])
  }, 120_000)

  it.each([
    [['watch', '--json'], /"device":"garden-/],
    [['readings', 'follow', 'Garden', 'soil', '--json'], /"sensor":"soil"/],
    [['events', 'follow', '--json'], /"type":"device_created"|Pond/],
  ])(
    'lives on: %j',
    async (words, shown) => {
      const child = start(words)
      let out = ''
      child.stdout.on('data', (chunk: Buffer) => {
        out += chunk.toString()
      })
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
      const again = setInterval(() => void admin.call('devices', 'create', { name: 'Pond' }).catch(() => {}), 1_000)
      await eventually(() => shown.test(out), 30_000)
      clearInterval(again)
      child.kill('SIGINT')
      expect(await within(30_000, ended)).toBe(0)
    },
    90_000,
  )

  it.each([
    [
      ['setup'],
      'is made on the machine of home itself',
      'Call sudo lares setup there. From here an administrator makes accounts (lares users create EMAIL) and gives passwords (lares users password EMAIL).',
    ],
    [['hub', 'restore', '--hub', 'home'], 'lares hub restore works with what is on its own machine', ON_ITS_MACHINE],
    [['diagnose', '--hub', 'home'], 'lares diagnose works with what is on its own machine', ON_ITS_MACHINE],
    [['edge', 'status', '--hub=home'], 'lares edge works with what is on its own machine', ON_ITS_MACHINE],
    [
      ['devices', 'list', '--hub', 'cabin'],
      'you are not logged in at a hub called cabin',
      'There is home; lares logins lists all.',
    ],
    [['devices', 'list', '--hub', 'home', '--data', '/x'], '--hub names a hub elsewhere', 'Leave out one of them.'],
    [['login', 'localhost', '--password=secret'], 'takes no password among its words', 'Leave it out'],
    [
      ['login', 'https://localhost:1', '--name', 'home'],
      'you call another hub home',
      'Call this one otherwise: lares login localhost:1 --name NAME.',
    ],
  ])(
    'is told what does not work from there: %j',
    async (words, says, hint) => {
      const { code, out, err } = await lares(words)
      expect([code === 0, out]).toEqual([false, ''])
      expect(err).toContain(says)
      expect(err).toContain(hint)
      expect(err).toMatch(/ \[\w+\]\n$/)
      expect(err).not.toContain('secret')
    },
    60_000,
  )

  it('completes what that hub has and knows, and offers no shell what it would run', async () => {
    const offered = async (...words: string[]) => {
      const { code, out, err } = await lares(['completion', ...words])
      expect([code, err]).toEqual([0, ''])
      return out.split('\n').filter((line) => line !== '')
    }
    await admin.call('rooms', 'create', { name: '$(touch pwned)' })
    await admin.call('rooms', 'create', { name: 'Attic' })
    const devices = await offered('devices', '--', 'devices', 'revoke')
    expect(devices).toContainEqual(expect.stringMatching(/^garden-/))
    expect(await offered('houses', '--', 'houses', 'show')).toEqual(['Home'])
    expect(await offered('rooms', '--', 'rooms', 'show', '--hub', 'home')).toContain('Attic')
    expect((await offered('rooms', '--', 'rooms', 'show')).join()).not.toContain('$')
    expect(await offered('sensors', '--', 'readings', 'query', 'Garden')).toEqual(['soil'])
    expect(await offered('logins')).toEqual(['home'])
    expect(await offered('words', '--')).toContain('devices')
    expect(await offered('words', '--', 'devices')).toContain('rename')
    expect(await offered('words', '--', 'devices', 'list')).toContain('--room')
    const cache = join(laptop, '.cache/lares')
    expect(statSync(cache).mode & 0o777).toBe(0o700)
    for (const file of readdirSync(cache)) expect(statSync(join(cache, file)).mode & 0o777).toBe(0o600)
    expect(await offered('devices', '--', 'devices', 'list', '--hub', 'nobody')).toEqual([])
    expect(await offered('devices', '--', 'devices', 'list', '--socket', '/nowhere')).toEqual([])
  }, 60_000)

  it('asks the hub of a data folder where one is named, and that of its own machine where one runs', async () => {
    const here = await lares(['users', 'me', '--json', '--data', data.folder])
    expect(JSON.parse(here.out)).toMatchObject({ kind: 'local' })
    const own = await lares(['users', 'me', '--json'], '', { LARES_DATA: data.folder })
    expect(JSON.parse(own.out)).toMatchObject({ kind: 'local' })
    const named = await lares(['users', 'me', '--json', '--hub', 'home'], '', { LARES_DATA: data.folder })
    expect(JSON.parse(named.out)).toMatchObject({ kind: 'person' })
    const file = await lares([...EXPORT, '--file', 'here.csv', '--data', data.folder])
    expect([file.code, file.err]).toEqual([0, ''])
  }, 60_000)

  it('has a second login with a token, which names what it is asked for', async () => {
    const { user, token } = await json<{ user: string; token: string }>(['users', 'token', EMAIL, 'laptop'])
    const words = ['login', `127.0.0.1:${port}`, '--name', 'cabin', '--token-stdin', '--fingerprint', fingerprint]
    const byEmail = await lares([...words, '--user', EMAIL], `${token}\n`)
    expect(byEmail.err).toContain(
      'Write as --user the user id that lares users token or lares programs create showed beside the token, and no e-mail address.',
    )
    expect(await lares([...words, '--user', user], `${token}\n`)).toMatchObject({ code: 0, err: '' })
    expect((await json<{ kind: string }>(['users', 'me', '--hub', 'cabin'])).kind).toBe('person')
    expect((await lares([...EXPORT, '--file', 'token.csv', '--hub', 'cabin'])).code).toBe(0)
    const { logins } = await json<{ logins: { name: string; is_default: boolean }[] }>(['logins'])
    expect(logins.map(({ name, is_default }) => [name, is_default])).toEqual([
      ['home', true],
      ['cabin', false],
    ])
    expect((await lares(['logout'])).err).toContain(
      'Name one, or all of them: lares logout --all. lares logins lists them.',
    )
    expect((await lares(['logout', 'cabin'])).out).toContain('lares tokens revoke')
  }, 120_000)

  it('is still logged in after the hub was started anew, and its following goes on', async () => {
    const child = start(['watch', '--json'])
    let err = ''
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString()
    })
    const ended = new Promise((resolve) => child.once('close', resolve))
    await new Promise((resolve) => child.stdout.once('data', resolve))
    admin.close()
    await hub.stop()
    await eventually(() => err.includes('The hub is away'), 30_000)
    const away = await lares(['devices', 'list'])
    expect(away).toMatchObject({ code: 4, err: expect.stringContaining('[unreachable]') })
    hub = await startHub({ ...data, hubArguments: ['--https', `127.0.0.1:${port}`] })
    admin = await LocalAdmin.open(hub.ports.socket)
    await eventually(() => err.includes('The hub is back'), 60_000)
    child.kill('SIGINT')
    await within(30_000, ended)
    expect((await lares(['devices', 'list'])).code).toBe(0)
  }, 180_000)

  it('is told that its login was ended, logs in again by its name without comparing, and out', async () => {
    const { sessions } = await admin.call<{ sessions: { session: string; agent: string }[] }>('users', 'sessions', {
      email: EMAIL,
    })
    expect(sessions.map(({ agent }) => agent)).toContainEqual(expect.stringMatching(/^lares \d/))
    for (const { session } of sessions) await admin.call('users', 'end-session', { session })
    const over = await lares(['devices', 'list'])
    expect(over).toMatchObject({ code: 5, err: expect.stringMatching(asPattern('Log in again: ….')) })
    expect(over.err).toContain('lares login home')
    expect(await lares(['login', 'home'], `${PASSWORD}\n`)).toMatchObject({ code: 0, err: '' })
    expect((await lares(['devices', 'list'])).code).toBe(0)
    expect((await lares(['logout'])).out).toBe('home: logged out\n')
    const left = await admin.call<{ sessions: object[] }>('users', 'sessions', { email: EMAIL })
    expect(left.sessions).toEqual([])
    expect((await lares(['logins'])).out).toBe('You are logged in nowhere: lares login HUB\n')
  }, 120_000)

  it('is told that its account was closed', async () => {
    await admin.call('users', 'create', { email: 'ben@example.com', password: PASSWORD })
    const words = ['login', `localhost:${port}`, '--name', 'ben', '--fingerprint', fingerprint]
    const nobody = await lares(words)
    expect(nobody.err).toContain(
      'Write it as --user anna@example.com; with a token the user id that was shown beside it.',
    )
    expect((await lares([...words, '--user', 'ben@example.com'], `${PASSWORD}\n`)).code).toBe(0)
    await admin.call('users', 'update', { email: 'ben@example.com', is_active: false })
    const { code, err } = await lares(['devices', 'list', '--hub', 'ben'])
    expect([code, err]).toEqual([5, expect.stringMatching(/has run out, or was ended there|is closed/)])
    expect((await lares(['logout', '--all'])).code).toBe(0)
    const out = await lares(['logout'])
    expect(out).toMatchObject({ code: 3, err: expect.stringContaining('Log in first: lares login HUB.') })
  }, 60_000)

  it('forgets a hub that is not there, and says that it could not be told', async () => {
    expect((await login()).code).toBe(0)
    await hub.stop()
    const { code, out } = await lares(['logout'])
    expect([code, out]).toEqual([0, expect.stringContaining('could not be told')])
    expect(JSON.parse(readFileSync(join(laptop, '.config/lares/hubs.json'), 'utf8'))).toMatchObject({ hubs: [] })
    hub = await startHub({ ...data, hubArguments: ['--https', `127.0.0.1:${port}`] })
    admin = await LocalAdmin.open(hub.ports.socket)
  }, 120_000)

  it('sends nothing to a hub that has another authority, and says what may have happened', async () => {
    expect((await login()).code).toBe(0)
    admin.close()
    await hub.stop()
    const other = makeDataFolder()
    const impostor = await startHub({ ...other, hubArguments: ['--https', `127.0.0.1:${port}`] })
    const seen = await LocalAdmin.open(impostor.ports.socket)
    await eventually(async () => (await askHttps(port, '/ca.crt')).status === 200, 30_000)
    const { code, err } = await lares(['devices', 'list'])
    expect([code, err]).toEqual([
      5,
      expect.stringMatching(/is not the one of this hub; nothing was sent[\s\S]*\[wrong_pin\]/),
    ])
    expect(err).toMatch(
      asPattern(
        'Either the hub got another authority, as after a new installation, or somebody stands between. Compare at the machine of the hub (sudo lares setup shows the fingerprint), then log in again: lares login ….',
      ),
    )
    expect(await lares(['login', 'localhost'], `${PASSWORD}\n`)).toMatchObject({ code: 5 })
    const { events } = await seen.call<{ events: { event_type: string }[] }>('events', 'list', { all: true })
    expect(events.filter(({ event_type }) => /login/.test(event_type))).toEqual([])
    seen.close()
    await impostor.stop()
    other.remove()
    hub = await startHub({ ...data, hubArguments: ['--https', `127.0.0.1:${port}`] })
    admin = await LocalAdmin.open(hub.ports.socket)
  }, 180_000)

  it('needs no fingerprint where the machine trusts the authority already', async () => {
    rmSync(join(laptop, '.config'), { recursive: true })
    mkdirSync(join(laptop, 'trust'))
    const { body } = await askHttps(port, '/ca.crt')
    const pem = `-----BEGIN CERTIFICATE-----\n${body
      .toString('base64')
      .match(/.{1,64}/g)
      ?.join('\n')}\n-----END CERTIFICATE-----\n`
    writeFileSync(join(laptop, 'trust/ca.pem'), pem)
    const trusting = { NODE_EXTRA_CA_CERTS: join(laptop, 'trust/ca.pem') }
    const { code, out } = await lares(['login', `localhost:${port}`, '--user', EMAIL], `${PASSWORD}\n`, trusting)
    expect([code, out]).toEqual([0, expect.stringContaining('nothing has to be compared')])
    expect((await lares(['devices', 'list'], '', trusting)).code).toBe(0)
    expect((await lares(['devices', 'list'])).code).toBe(5)
  }, 60_000)
})

describe('who logs in on a terminal', () => {
  beforeAll(() => rmSync(join(laptop, '.config'), { recursive: true, force: true }))

  it('is shown the fingerprint as the hub shows it and where to compare it, and is not logged in without a yes', async () => {
    const { code, shown } = await onTerminal(['login', `localhost:${port}`], [['[yes/no]', '\r']])
    expect(code).toBe(5)
    expect(shown).toContain(`\n  ${fingerprint}\r\n`)
    expect(shown).toContain('sudo lares setup')
    expect(shown).toContain('Call it again when you have compared.')
    expect(shown).not.toContain('password')
  })

  it('compares, says who they are, types the password unseen, and is in', async () => {
    const { code, shown } = await onTerminal(
      ['login', `localhost:${port}`],
      [
        ['[yes/no]', 'yes\r'],
        ['E-mail address', `${EMAIL}\r`],
        ['is not shown', `${PASSWORD}\r`],
      ],
    )
    expect([code, shown.includes(PASSWORD)]).toEqual([0, false])
    expect(shown).toContain(`as ${EMAIL}`)
    expect((await lares(['devices', 'list'])).code).toBe(0)
  })
})
