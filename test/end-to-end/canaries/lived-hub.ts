import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connectAsync, MqttClient } from 'mqtt'
import { type HubProcess, startHub } from '../../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../../scripts/lib/bench/local-admin.ts'
import { parseJoinToken } from '../../../shared/join-token.ts'
import { eventually } from '../../faults/lib/fleet.ts'
import { connectPacket } from '../../hub/broker/raw-client.ts'
import { cookieOf } from '../../hub/web/login-rig.ts'
import { askHttps, openMqtt } from '../../hub/web/page-rig.ts'

const ROOT = join(import.meta.dirname, '../../..')
const run = promisify(execFile)

/** What somebody sends who cannot have it, or wrongly. */
export const PASSWORD = 'Canary-password-åß-7f3a91'
export const ENTERED = 'Canary-entered-secret-"2c8d"'
export const IMPORTED = 'Canary-imported-secret-åß-5e77'
export const JOINED = 'CanaryJoined0123456789abcdefghijklmnopqrst_'

interface Described {
  area: string
  verb: string
  params: { required?: string[] }
  changes: boolean
}

/** A hub that lives while secrets come and go, and all that others get to see of it meanwhile. */
export class LivedHub {
  /** Secrets that the hub made, by what they are. */
  readonly made = new Map<string, string>()
  /** What readers got, answers of others among them. */
  readonly heard: string[] = []
  readonly logs: string[] = []
  #folder: string
  #hub: HubProcess | null = null
  #admin: LocalAdmin | null = null
  #clients: MqttClient[] = []

  constructor(folder: string) {
    this.#folder = folder
  }

  get admin(): LocalAdmin {
    if (!this.#admin) throw new Error('the hub does not run')
    return this.#admin
  }

  /** `log = "debug"`; a reader of everything that an administrator may read listens from the start. */
  async start(): Promise<void> {
    const hub = await startHub({ folder: this.#folder, config: 'log = "debug"\n', env: { LARES_CENTRAL_URL: '' } })
    this.#hub = hub
    this.#admin = await LocalAdmin.open(hub.ports.socket)
    const reader = new MqttClient(() => connectTcp(hub.ports.socket), { clientId: 'local.reader', protocolVersion: 4 })
    this.#clients.push(reader)
    reader.on('message', (topic, payload) => void this.heard.push(`${topic} ${String(payload)}`))
    await reader.subscribeAsync('#', { qos: 1 })
  }

  /** Ends it as a power cut does, or in order. */
  async end(how: 'kill' | 'stop'): Promise<void> {
    for (const client of this.#clients.splice(0)) client.end(true)
    this.#admin?.close()
    const hub = this.#hub
    this.#hub = null
    await hub?.[how]()
    this.logs.push(hub?.log() ?? '')
  }

  async people(): Promise<void> {
    await this.admin.call('users', 'create', { email: 'anna@example.com', password: PASSWORD, role: 'admin' })
    const { user, token } = await this.admin.call<{ user: string; token: string }>('users', 'token', {
      ...{ email: 'anna@example.com', name: 'phone' },
    })
    this.made.set('token of a person', token)
    await this.#page()
    await this.admin.call('secrets', 'set', { name: 'home-assistant', secret: ENTERED })
    const anna = await this.#connected(user, `${user}.phone`, token)
    anna.on('message', (topic, payload) => void this.heard.push(`${topic} ${String(payload)}`))
    await anna.subscribeAsync('#', { qos: 1 })
    // One request twice, one that is no JSON, one that is wrong: each holds a secret.
    const asks = (payload: string) => anna.publishAsync('lares/admin/request/users/create', payload, { qos: 1 })
    const params = { email: 'paul@example.com', password: PASSWORD }
    for (const id of ['twice', 'twice']) await asks(JSON.stringify({ id, params }))
    await asks(`{"params":${JSON.stringify(params)},}`)
    await asks(JSON.stringify({ id: 'wrong', params: { ...params, surprise: PASSWORD } }))
    await asks(JSON.stringify({ id: 'short', params: { ...params, email: PASSWORD } }))
    await eventually(() => this.heard.filter((one) => one.includes('/response/')).length >= 5)
  }

  /** An owner comes by a link, with a password, and their browser with a cookie. */
  async #page(): Promise<void> {
    const port = this.#hub?.ports.https ?? 0
    const { link } = await this.admin.call<{ link: string }>('users', 'setup')
    const code = link.slice(link.indexOf('=') + 1)
    this.made.set('code of a link', code)
    const post = (path: string, body: object) =>
      askHttps(port, path, {
        method: 'POST',
        headers: { origin: `https://127.0.0.1:${port}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    const owner = { email: 'eva@example.com', password: PASSWORD }
    for (const wrong of [`${code}x`, 'x']) await post('/setup', { ...owner, code: wrong })
    const set = await post('/setup', { ...owner, code })
    this.made.set('cookie of a browser', cookieOf(set).slice('__Host-lares='.length))
    await post('/login', { email: PASSWORD, password: PASSWORD })
    await post('/login', { ...owner, surprise: PASSWORD })
    const login = await post('/login', owner)
    this.made.set('cookie of another browser', cookieOf(login).slice('__Host-lares='.length))
    const client = await openMqtt(port, { headers: { cookie: cookieOf(login) } })
    client.send(connectPacket('page'))
    await client.next('connack')
    client.stream.destroy()
  }

  async devices(): Promise<void> {
    const { device, secret } = await this.admin.call<{ device: string; secret: string }>('devices', 'create', {
      name: 'Garden',
    })
    this.made.set('secret of a device', secret)
    const garden = await this.#connected(device, device, secret)
    const say = (topic: string, payload: unknown) =>
      garden.publishAsync(topic, typeof payload === 'string' ? payload : JSON.stringify(payload), { qos: 1 })
    await say(`lares/${device}/readings`, { items: [{ sensor: 'air', value: 20, kind: 'temperature', unit: '°C' }] })
    await say(`lares/${device}/readings`, '{"items":[}')
    // A script that mixes things up: what it sends is not its to send, and would be kept as it came.
    await say('lares/admin/request/users/create', { id: 'x', params: { email: 'x@example.com', password: PASSWORD } })
    await say('lares/join/join.x/request', { code: 'x', secret: JOINED, hardware: null, agent: '1' })
    await this.#imports()
    await this.#join()
    await this.#refused('unknown', 'unknown', PASSWORD)
    await this.#refused(device, device, PASSWORD)
    await this.#refused(device, 'another', secret)
    await this.#refused('anna', 'anna.1', PASSWORD)
    await this.#refused('join', 'join.y', JOINED)
  }

  /** Everything that asks and needs no params; what looks at a hub from outside; copies. */
  async outside(scratch: string): Promise<string[]> {
    const told: string[] = []
    const { commands } = await this.admin.call<{ commands: Described[] }>('admin', 'describe')
    for (const { area, verb, params, changes } of commands)
      if (!changes && !params.required?.length)
        told.push(`${area}/${verb}: ${JSON.stringify(await this.admin.call(area, verb).catch(String))}`)
    for (const path of ['health', 'metrics'])
      told.push(await (await fetch(`http://127.0.0.1:${this.#hub?.ports.http}/${path}`)).text())
    const places = ['--data', this.#folder]
    await run(join(ROOT, 'lares'), ['hub', 'backup', '--to', join(this.#folder, 'backups/whole.db'), ...places])
    const bundle = join(scratch, 'bundle.json')
    await run(join(ROOT, 'lares'), ['diagnose', '--to', bundle, ...places, '--config', `${this.#folder}.toml`])
    told.push(readFileSync(bundle, 'utf8'))
    for (const name of ['cmdline', 'environ']) told.push(readFileSync(`/proc/${this.#hub?.pid}/${name}`, 'utf8'))
    const hourly = () => readdirSync(join(this.#folder, 'backups')).some((name) => /^hub-\d+\.db$/.test(name))
    await eventually(hourly, 60_000)
    await eventually(() => this.#hub?.log().includes('the database was backed up') === true)
    return told
  }

  /** A list with secrets in every place that it has, imported twice and once as nobody can read it. */
  async #imports(): Promise<void> {
    const config = { url: `rtsp://admin:${IMPORTED}@10.0.0.1/`, access_token: IMPORTED, list: [{ key: IMPORTED }] }
    const devices = [
      { name: 'Old lock', type: 'lock', api_config: { ...config, auth: { pin: IMPORTED } } },
      { name: 'Old camera', type: 'camera', api_config: JSON.stringify(config), more: { password: IMPORTED } },
      { name: 'Old lamp', api_config: `{"token": "${IMPORTED}"`, line: 3 },
      { name: 'Old plug', api_config: [IMPORTED], [IMPORTED]: 1 },
    ]
    for (const update of [false, true])
      this.heard.push(JSON.stringify(await this.admin.call('import', 'devices', { devices, update })))
  }

  async #join(): Promise<void> {
    const invitation = await this.admin.call<{ token: string }>('devices', 'invite', { name: 'Kitchen' })
    const { code } = parseJoinToken(invitation.token)
    this.made.set('code of an invitation', code)
    const joiner = await this.#connected('join', 'join.kitchen', code)
    const answers: string[] = []
    joiner.on('message', (_topic, payload) => void answers.push(String(payload)))
    await joiner.subscribeAsync('lares/join/join.kitchen/response', { qos: 1 })
    const request = { code, secret: JOINED, hardware: null, agent: '0.1.0' }
    for (const payload of [
      `${JSON.stringify(request)}}`,
      JSON.stringify({ ...request, agent: 1 }),
      JSON.stringify(request),
    ])
      await joiner.publishAsync('lares/join/join.kitchen/request', payload, { qos: 1 })
    await eventually(() => answers.some((answer) => answer.includes('"ok":true')))
    this.heard.push(...answers)
  }

  async #connected(username: string, clientId: string, password: string): Promise<MqttClient> {
    const client = await connectAsync(`mqtt://127.0.0.1:${this.#hub?.ports.plain}`, {
      ...{ username, clientId, password, reconnectPeriod: 0 },
    })
    this.#clients.push(client)
    client.on('error', () => {})
    return client
  }

  async #refused(username: string, clientId: string, password: string): Promise<void> {
    const said = await this.#connected(username, clientId, password).then(
      () => 'let in',
      (error: unknown) => String(error),
    )
    if (said === 'let in') throw new Error(`${username} was let in as ${clientId}`)
    this.heard.push(said)
  }
}
