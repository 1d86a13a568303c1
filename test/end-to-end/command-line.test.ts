import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseJoinToken } from '../../shared/join-token.ts'
import { ROOT } from '../source-tree.ts'

interface Ready {
  plain: number
  http: number
  socket: string
  pin: string
}

const folder = mkdtempSync(join(tmpdir(), 'lares-cli-'))
const elsewhere = mkdtempSync(join(tmpdir(), 'lares-cli-'))
const program = ['--disable-warning=ExperimentalWarning', join(ROOT, 'cli/main.ts')]
const anyPort = ['--tls', '127.0.0.1:0', '--plain', '127.0.0.1:0', '--http', '127.0.0.1:0', '--https', '127.0.0.1:0']
let hub: ChildProcess
let ready: Ready

function lares(args: string[], input = '', data = folder): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...program, ...args, '--data', data])
    let out = ''
    let err = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString()
    })
    child.stdin.end(input)
    child.once('close', (code) => resolve({ code, out, err }))
  })
}

async function json<T>(args: string[], input = ''): Promise<T> {
  const { code, out, err } = await lares([...args, '--json'], input)
  expect([args, code, err]).toEqual([args, 0, ''])
  return JSON.parse(out) as T
}

async function startHub(data: string, more: string[] = []): Promise<[ChildProcess, Ready]> {
  const child = spawn(process.execPath, [...program, 'hub', '--data', data, ...anyPort, '--print-ready', ...more], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const said = await new Promise<Ready>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line) as Ready))
    child.once('exit', (code) => reject(new Error(`the hub ended with ${code}`)))
  })
  return [child, said]
}

async function stopHub(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}

beforeAll(async () => {
  ;[hub, ready] = await startHub(folder)
}, 60_000)

afterAll(async () => {
  await stopHub(hub)
  rmSync(folder, { recursive: true })
  rmSync(elsewhere, { recursive: true })
}, 60_000)

describe('the command line and a real hub', () => {
  it('meet at a socket that only its group may open', async () => {
    expect((statSync(ready.socket).mode & 0o777).toString(8)).toBe('660')
    const status = await json<{ version: string; devices: { known: number } }>(['hub', 'status'])
    expect(status.devices.known).toBe(0)
  }, 60_000)

  it('make accounts, devices and invitations, and show them', async () => {
    const created = await json<{ email: string; role: string }>(
      ['users', 'create', 'Anna@Example.com', '--admin'],
      'a password of hers\n',
    )
    expect(created).toMatchObject({ email: 'anna@example.com', role: 'admin' })
    const { token } = await json<{ token: string }>(['devices', 'invite', 'Kitchen Pi'])
    expect(parseJoinToken(token).pin).toBe(ready.pin)
    const { device, secret } = await json<{ device: string; secret: string }>(['devices', 'create', 'Garden'])
    expect(secret).toHaveLength(43)
    const { code, out } = await lares(['devices', 'list'])
    expect(code).toBe(0)
    expect(out).toContain(device)
    expect(out).toContain('never_connected')
    const again = await lares(['users', 'create', 'anna@example.com'], 'another password\n')
    expect(again).toMatchObject({ code: 5, out: '' })
    expect(again.err).toContain('[already_exists]')
  }, 120_000)

  it('say what is wrong with a remedy and an exit code', async () => {
    const { device: garden } = await json<{ device: string }>(['devices', 'create', 'Shed'])
    const wrong: [args: string[], code: string, exit: number][] = [
      [['devices', 'explode'], 'unknown_command', 2],
      [['devices', 'show', 'nobody-pi'], 'not_found', 3],
      [['devices', 'list', '--surprise'], 'bad_params', 2],
      [['devices', 'list', '--socket', join(folder, 'none.sock')], 'unreachable', 4],
      [['devices', 'revoke', garden], 'confirm_needed', 5],
    ]
    for (const [args, code, exit] of wrong) {
      const answer = await lares(args)
      expect(answer).toMatchObject({ code: exit, out: '' })
      expect(answer.err).toContain(`[${code}]`)
      const bare = await lares([...args, '--json'])
      expect(bare).toMatchObject({ code: exit, out: '' })
      expect(JSON.parse(bare.err)).toMatchObject({ error: { code, hint: expect.stringMatching(/./) } })
      expect(answer.err).not.toMatch(/\n\s+at /)
    }
  }, 120_000)

  it('end with a code of its own where it is not known to be done', async () => {
    const { device } = await json<{ device: string }>(['devices', 'create', 'Pump house'])
    const { code, out } = await lares(['devices', 'switch', device, 'pump', 'on'])
    expect(code).toBe(7)
    expect(out).toBe(
      `Pump house cannot be reached. It is told if it comes back within 10 s. What becomes of it: lares devices commands ${device}\n`,
    )
  }, 60_000)

  it('take something away only when that is confirmed', async () => {
    const { device } = await json<{ device: string }>(['devices', 'create', 'Old'])
    const refused = await lares(['devices', 'revoke', device])
    expect(refused.err).toMatch(/Old .*will be shut out for good.*\n.*--yes/)
    expect(await json<object>(['devices', 'revoke', device, '--yes'])).toEqual({ device })
  }, 60_000)

  it('help without a hub, whatever stands where', async () => {
    const asked = [
      ['-h'],
      ['help'],
      ['help', 'devices'],
      ['devices', '--help'],
      ['devices', 'create', '-h'],
      ['help', 'devices', 'create'],
      ['help', 'hub'],
      ['hub', '-h'],
      ['hub', 'help', 'status'],
      ['edge', 'join', '--help'],
      ['help', 'central'],
    ]
    for (const words of asked) {
      const { code, out, err } = await lares(words, '', elsewhere)
      expect([words, code, err]).toEqual([words, 0, ''])
      expect(out).toContain('lares')
    }
    expect((await lares(['devices'], '', elsewhere)).code).toBe(2)
    for (const words of [['-v'], ['hub', '--version'], ['edge', '-v'], ['central', '-v'], ['devices', 'list', '-v']])
      expect((await lares(words, '', elsewhere)).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  }, 120_000)

  it('meet also where the topics have another base and the socket lies elsewhere', async () => {
    const config = join(elsewhere, 'hub.toml')
    const socket = join(elsewhere, 'run.sock')
    const data = join(elsewhere, 'data')
    writeFileSync(config, `base = "house/one"\n[listen]\nsocket = "${socket}"\n`)
    const [other] = await startHub(data, ['--config', config])
    try {
      const { code, out, err } = await lares(['devices', 'create', 'Garden', '--json'], '', data)
      expect([code, err]).toEqual([0, ''])
      const { device } = JSON.parse(out) as { device: string }
      const named = await lares(['devices', 'list', '--socket', socket, '--base', 'house/one'])
      expect([named.code, named.err]).toEqual([0, ''])
      expect(named.out).toContain(device)
      // The data folder is that of another hub, so nothing says how this one's topics begin.
      const unnamed = await lares(['devices', 'list', '--socket', socket])
      expect(unnamed).toMatchObject({ code: 4, out: '' })
      expect(unnamed.err).toContain('does not answer below lares/')
      expect(unnamed.err).toMatch(/--base.*\[unreachable\]/)
    } finally {
      await stopHub(other)
    }
  }, 120_000)
})
