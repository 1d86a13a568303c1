import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, wait } from '../../../../shared/clock.ts'

/** A connection pooler in transaction mode between hubs and central, on loopback. */
export interface Pooler {
  /** The address of central through the pooler. */
  through(url: string): string
  log(): string
  stop(): Promise<void>
}

/** Where Debian puts it: not in the path of everybody. */
const PROGRAM = ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer'].find((path) => {
  try {
    execFileSync(path, ['--version'], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
})

export const poolerTrouble =
  PROGRAM === undefined ? 'pgbouncer is not installed; scripts/setup installs it from Debian' : null

/** Starts one in front of the database of `admin`, with so many connections to it at most, for the roles of these addresses. */
export async function startPooler(
  admin: string,
  { roles, connections }: { roles: string[]; connections: number },
): Promise<Pooler> {
  const { hostname, port: serverPort, pathname } = new URL(admin)
  const folder = mkdtempSync(join(tmpdir(), 'lares-pooler-'))
  const port = await freePort()
  const users = join(folder, 'users.txt')
  const file = join(folder, 'pgbouncer.ini')
  const secrets = roles
    .map((address) => new URL(address))
    .map(({ username, password }) => `"${username}" "${password}"`)
  writeFileSync(users, `${secrets.join('\n')}\n`, { mode: 0o600 })
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'scram-sha-256',
    auth_file: users,
    pool_mode: 'transaction',
    max_client_conn: 100,
    default_pool_size: connections,
    max_db_connections: connections,
    server_round_robin: 1,
    query_wait_timeout: 30,
  }
  writeFileSync(
    file,
    `[databases]\n* = host=${hostname} port=${serverPort}\n[pgbouncer]\n${Object.entries(settings)
      .map(([name, value]) => `${name} = ${value}`)
      .join('\n')}\n`,
  )
  // It refuses root.
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
  const identity: { uid: number; gid: number } | null =
    process.getuid?.() === 0 ? { uid: id('-u'), gid: id('-g') } : null
  if (identity) for (const path of [folder, users, file]) chownSync(path, identity.uid, identity.gid)
  let log = ''
  const child: ChildProcess = spawn(PROGRAM ?? 'pgbouncer', [file], {
    ...identity,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const hear = (data: Buffer) => {
    log += data.toString()
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  for (let tries = 0; !log.includes('listening on'); tries++) {
    if (tries > 100 || child.exitCode !== null) throw new Error(`pgbouncer does not start:\n${log}`)
    await wait(systemClock, 50)
  }
  return {
    through(url) {
      const address = new URL(url)
      address.hostname = '127.0.0.1'
      address.port = String(port)
      address.pathname = pathname
      return address.href
    },
    log: () => log,
    async stop() {
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => resolve(port))
    })
  })
}
