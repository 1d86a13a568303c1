import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { connectAsync, type MqttClient } from 'mqtt'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { type HubProcess, startHub } from '../../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../../scripts/lib/bench/local-admin.ts'
import { makeDataFolder } from '../../faults/lib/data-folder.ts'
import { findChromium } from './find-chromium.ts'

export const PASSWORD = 'long enough to be one'
export const OWNER = 'ada@example.org'
export const FAMILY = 'paul@example.org'

/** Why the page cannot be looked at here; `null`: it can. */
export const noBrowser = findChromium() === null ? 'there is no Chromium (scripts/setup installs it)' : null

/** A device that says what a test wants it to. */
export interface SimulatedDevice {
  device: string
  say(sensor: string, value: number): Promise<void>
  /** An event of this type. */
  tell(type: string): Promise<unknown>
  /** Something that no hub understands. */
  mumble(): Promise<unknown>
}

/** A real hub with an owner, a second house with somebody of the family, and devices; and a real browser that looks at it. */
export class PageHouse {
  readonly admin: LocalAdmin
  readonly url: string
  #hub: HubProcess
  #data = makeDataFolder()
  #https: number
  #browser: Browser
  #devices: MqttClient[] = []
  /** What browsers complained of: scripts that failed, and what the policy for content refused. */
  readonly complaints: string[] = []

  private constructor(parts: {
    hub: HubProcess
    admin: LocalAdmin
    https: number
    browser: Browser
    data: ReturnType<typeof makeDataFolder>
  }) {
    this.#hub = parts.hub
    this.admin = parts.admin
    this.#https = parts.https
    this.#browser = parts.browser
    this.#data = parts.data
    this.url = `https://127.0.0.1:${parts.https}`
  }

  /** `config`: the text of its `hub.toml`, by the folder beside its data. `browserArguments`: what the browser is started with. */
  static async open(config?: (scratch: string) => string, browserArguments: string[] = []): Promise<PageHouse> {
    const data = makeDataFolder()
    const https = await freePort()
    const hub = await startHub({
      folder: data.folder,
      hubArguments: ['--https', `127.0.0.1:${https}`],
      ...(config ? { config: config(data.scratch) } : {}),
    })
    const admin = await LocalAdmin.open(hub.ports.socket)
    const browser = await chromium.launch({
      executablePath: findChromium() ?? '',
      args: ['--no-sandbox', ...browserArguments],
    })
    return new PageHouse({ hub, admin, https, browser, data })
  }

  async addOwner(): Promise<void> {
    await this.admin.call('users', 'create', { email: OWNER, password: PASSWORD, full_name: 'Ada', role: 'admin' })
  }

  /** Where the hub keeps everything. */
  get folder(): string {
    return this.#data.folder
  }

  /** Where devices without TLS log in. */
  get plain(): string {
    return `mqtt://127.0.0.1:${this.#hub.ports.plain}`
  }

  /** Ended with the house. */
  keep(client: MqttClient): void {
    this.#devices.push(client)
  }

  /** The owner, and somebody who belongs to the house `Cabin` alone. */
  async addPeople(): Promise<void> {
    await this.addOwner()
    await this.admin.call('users', 'create', { email: FAMILY, password: PASSWORD, full_name: 'Paul' })
    await this.admin.call('houses', 'create', { name: 'Cabin' })
    await this.admin.call('people', 'add', { email: FAMILY, house: 'Cabin' })
  }

  /** A device without an agent of ours, connected. Resolves with its id, and what says something for it. */
  async addDevice(name: string, house = 'Home'): Promise<SimulatedDevice> {
    const { device, secret } = await this.admin.call<{ device: string; secret: string }>('devices', 'create', {
      ...{ name, device_type: 'custom' },
      house,
    })
    const client = await connectAsync(this.plain, {
      ...{ clientId: device, username: device, password: secret, protocolVersion: 4, reconnectPeriod: 200 },
    })
    this.#devices.push(client)
    const say = async (sensor: string, value: number) => {
      const items = [{ sensor, value, kind: 'temperature', unit: '°C' }]
      await client.publishAsync(`lares/${device}/readings`, JSON.stringify({ items }), { qos: 1 })
    }
    const mumble = () => client.publishAsync(`lares/${device}/readings`, '{', { qos: 1 })
    const tell = (type: string) =>
      client.publishAsync(`lares/${device}/event`, JSON.stringify({ type, data: {} }), { qos: 1 })
    return { device, say, tell, mumble }
  }

  /** A browser of its own, without anybody logged in. */
  async visitor(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      ...{ ignoreHTTPSErrors: true, locale: 'en-GB', viewport: { width: 1_280, height: 860 } },
      ...options,
    })
    const page = await context.newPage()
    page.setDefaultTimeout(20_000)
    page.on('pageerror', (error) => this.complaints.push(error.message))
    page.on('console', (message) => {
      // The browser says of each answer that is no success that it is none.
      if (message.type() === 'error' && !/Failed to load resource|WebSocket connection/.test(message.text()))
        this.complaints.push(message.text())
    })
    return page
  }

  /** A browser in which somebody is logged in, at one of the pages. */
  async at(path: string, { as = OWNER, ...options }: BrowserContextOptions & { as?: string } = {}): Promise<Page> {
    const page = await this.visitor(options)
    await this.logIn(page, path, as)
    return page
  }

  /** Opens one of the pages, and logs in as that asks for. */
  async logIn(page: Page, path: string, as = OWNER): Promise<void> {
    await page.goto(this.url + path)
    await page.getByLabel(/E-mail|E-Mail/).fill(as)
    await page.getByLabel(/Password|Passwort/).fill(PASSWORD)
    await page.getByRole('button', { name: /Log in|Anmelden/ }).click()
    await page.locator('main#main h1').first().waitFor({ state: 'attached' })
  }

  async stopHub(): Promise<void> {
    this.admin.close()
    await this.#hub.stop()
  }

  /** At the same place, with the same data. */
  async startHub(): Promise<void> {
    const plain = ['--plain', `127.0.0.1:${this.#hub.ports.plain}`]
    const hubArguments = ['--https', `127.0.0.1:${this.#https}`, ...plain]
    this.#hub = await startHub({ folder: this.#data.folder, hubArguments })
  }

  async close(): Promise<void> {
    await Promise.all(this.#devices.map((client) => client.endAsync(true)))
    await this.#browser.close()
    this.admin.close()
    await this.#hub.stop()
    this.#data.remove()
  }
}

/** Resolves when nothing of the page waits for an answer. */
export async function answered(page: Page): Promise<void> {
  await page.locator('.waiting').first().waitFor({ state: 'detached' })
}

/** What axe finds that somebody who cannot see or use a mouse would stumble over, with where. */
export async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'))
  const found = await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')
  const { violations } = found as {
    violations: { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }[]
  }
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary}`),
    )
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
