import { spawn } from 'node:child_process'
import type { Cancel, Clock } from './clock.ts'
import { variable } from './environment.ts'
import type { Service } from './lifecycle.ts'
import type { Log } from './log.ts'

/** systemd gives a start up after this long without a word: when this thread's loop hangs, not when its work is long. */
const EXTENSION_MS = 120_000

export interface NotifyOptions {
  clock: Clock
  log: Log
  /** Where systemd says how to reach it: NOTIFY_SOCKET and WATCHDOG_USEC. */
  env: NodeJS.ProcessEnv
  /** The watchdog is fed only while this holds; a program that hangs or is broken is started anew. */
  isHealthy: () => boolean
  /** Sends the variables, such as `READY=1`. Default: the program systemd-notify, because Node has no datagram socket. */
  send?: (variables: string[]) => Promise<void>
}

/**
 * Tells systemd that the program is ready, alive, and what it does. Does nothing outside of systemd.
 * The unit needs `NotifyAccess=all`, because a child process does the talking.
 */
export class Notify implements Service {
  #options: NotifyOptions
  #send: (variables: string[]) => Promise<void>
  #cancel: Cancel | null = null
  #status = ''

  constructor(options: NotifyOptions) {
    this.#options = options
    this.#send = options.send ?? ((variables) => systemdNotify(variables, options.env))
  }

  /** Whether somebody is to be told. */
  get #listened(): boolean {
    return variable('NOTIFY_SOCKET', this.#options.env) !== undefined
  }

  /** How often the watchdog is fed; `null`: there is none. */
  get #feedMs(): number | null {
    const watchdogMs = Number(variable('WATCHDOG_USEC', this.#options.env) ?? 0) / 1_000
    return watchdogMs > 0 ? watchdogMs / 2 : null
  }

  /** Asks for more time again and again until `start`: checking or migrating a large database takes as long as it takes. */
  starting(): void {
    const { clock } = this.#options
    if (!this.#listened) return
    // A program that began again in its own process is watched over from its first moment on.
    const ask = () => void this.#tell([`EXTEND_TIMEOUT_USEC=${EXTENSION_MS * 1_000}`, 'WATCHDOG=1'])
    ask()
    this.#cancel = clock.every(Math.min(EXTENSION_MS / 4, this.#feedMs ?? EXTENSION_MS), ask)
  }

  /** Says READY, and feeds the watchdog at half of its time when the unit has one. */
  async start(): Promise<void> {
    this.#cancel?.()
    this.#cancel = null
    if (!this.#listened) return
    await this.#tell(['READY=1'])
    const feedMs = this.#feedMs
    if (feedMs !== null) this.#cancel = this.#options.clock.every(feedMs, () => this.#feed())
  }

  /** The program is to begin again in its own process: it is not stopping, and nobody else is to start it meanwhile. */
  async startingAgain(): Promise<void> {
    this.#cancel?.()
    this.#cancel = null
    if (this.#listened) await this.#tell(['WATCHDOG=1'])
  }

  async stop(): Promise<void> {
    this.#cancel?.()
    this.#cancel = null
    if (this.#listened) await this.#tell(['STOPPING=1'])
  }

  /** One line for `systemctl status`. The same line again is not sent. */
  status(text: string): void {
    if (!this.#listened || text === this.#status) return
    this.#status = text
    void this.#tell([`STATUS=${text.replaceAll('\n', ' ')}`])
  }

  #feed(): void {
    if (this.#options.isHealthy()) void this.#tell(['WATCHDOG=1'])
    else this.#options.log.error({}, 'the watchdog is not fed: this program is not well and will be started anew')
  }

  async #tell(variables: string[]): Promise<void> {
    try {
      await this.#send(variables)
    } catch (error) {
      this.#options.log.warn({ error: String(error) }, 'systemd could not be told')
    }
  }
}

function systemdNotify(variables: string[], env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('systemd-notify', variables, { stdio: 'ignore', env })
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`systemd-notify ended with ${code}`))))
  })
}
