import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync, type MqttClient } from 'mqtt'
import { systemClock, wait } from '../../../shared/clock.ts'
import type { BrokerKey } from './broker-tls.ts'

const PROGRAM = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'].find((path) => existsSync(path))
/** Why there is none, for whoever skips what needs it; `null`: there is one. */
export const noMosquitto = PROGRAM ? null : 'mosquitto is not installed (apt-get install mosquitto)'

/** With which it speaks TLS. */
type BrokerFiles = Pick<BrokerKey, 'key' | 'cert'>

const START_MS = 30_000
const LOOK_MS = 50

/** A broker of somebody's own: Debian's Mosquitto, on loopback. */
export class Mosquitto {
  readonly folder = mkdtempSync(join(tmpdir(), 'lares-mosquitto-'))
  readonly port: number
  #child: ChildProcess | null = null
  #user: { name: string; password: string } | null

  #tls: BrokerFiles | null

  private constructor(port: number, user: { name: string; password: string } | null, tls: BrokerFiles | null) {
    this.port = port
    this.#user = user
    this.#tls = tls
  }

  static async start(
    user: { name: string; password: string } | null = null,
    tls: BrokerFiles | null = null,
  ): Promise<Mosquitto> {
    const broker = new Mosquitto(await freePort(), user, tls)
    await broker.start()
    return broker
  }

  get url(): string {
    return `${this.#tls ? 'mqtts' : 'mqtt'}://127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    const passwords = join(this.folder, 'passwords')
    const access = this.#user === null ? 'allow_anonymous true' : `allow_anonymous false\npassword_file ${passwords}`
    if (this.#user !== null && !existsSync(passwords)) {
      writeFileSync(passwords, `${this.#user.name}:${this.#user.password}\n`, { mode: 0o600 })
      execFileSync('mosquitto_passwd', ['-U', passwords])
    }
    const secure = this.#tls ? `certfile ${this.#tls.cert}\nkeyfile ${this.#tls.key}\n` : ''
    // As root it becomes another user, who may not read the folder.
    const config = join(this.folder, 'mosquitto.conf')
    writeFileSync(config, `user root\nlistener ${this.port} 127.0.0.1\n${access}\n${secure}max_queued_messages 0\n`)
    this.#child = spawn(PROGRAM ?? 'mosquitto', ['-c', config], { stdio: 'ignore' })
    await this.#listens()
  }

  async #listens(): Promise<void> {
    for (const end = systemClock.mono() + START_MS; ; ) {
      try {
        return await (await this.client()).endAsync()
      } catch (error) {
        if (systemClock.mono() > end) throw error
        await wait(systemClock, LOOK_MS)
      }
    }
  }

  /** Another client of the same broker. */
  client(): Promise<MqttClient> {
    const login = this.#user === null ? {} : { username: this.#user.name, password: this.#user.password }
    return connectAsync(this.url, { reconnectPeriod: 0, protocolVersion: 4, rejectUnauthorized: false, ...login })
  }

  async stop(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (!child || child.exitCode !== null) return
    await new Promise((resolve) => {
      child.once('exit', resolve)
      child.kill()
    })
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
