import { execFileSync } from 'node:child_process'
import { chmodSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { readDeviceIdentity, writeDeviceIdentity } from '../../edge/link/device-identity.ts'
import { joinHub } from '../../edge/link/join.ts'
import { ManualClock } from '../../shared/clock.ts'
import { formatJoinToken } from '../../shared/join-token.ts'
import { makeCertificate } from '../edge/certificate.ts'
import { eventually } from '../edge/health/eventually.ts'
import { HubDouble } from '../edge/hub-double.ts'
import { asPattern } from './lib/as-pattern.ts'
import { lares } from './lib/lares.ts'
import { agentFolder, type RunningAgent, removeFolders, startAgent } from './lib/running-agent.ts'
import { type RunningHub, remove, startHub } from './lib/running-hub.ts'

// A machine that is busy with other tests takes long to make keys.
const BUSY_MS = 60_000
vi.setConfig({ testTimeout: BUSY_MS })

const stops: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

let hub: RunningHub
beforeAll(async () => {
  hub = await startHub()
}, BUSY_MS)
afterAll(async () => {
  await hub.stop()
  remove(hub.folder)
})

function newFolder(): string {
  const folder = agentFolder()
  stops.push(() => removeFolders([folder]))
  return folder
}

async function running(folder: string, more: Parameters<typeof startAgent>[1] = {}): Promise<RunningAgent> {
  const agent = await startAgent(folder, more)
  stops.push(() => agent.stop())
  return agent
}

async function token(name = 'Hall'): Promise<string> {
  const { out } = await lares(`devices invite ${name} --data ${hub.folder} --json`)
  return (JSON.parse(out) as { token: string }).token
}

async function joined(folder = newFolder()): Promise<string> {
  const { code, err } = await lares(`edge join ${await token()} --data ${folder}`)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return folder
}

/** The remedy as it was printed, below the thing that is wrong. */
const hintOf = (err: string) => /\n {2}([\s\S]*) \[\w+\]\n$/.exec(err)?.[1] ?? expect.fail(`no remedy in: ${err}`)

describe('an agent whose hub has moved', () => {
  it('is told to name the new address in edge.toml, which works for the agent and for its doctor', async () => {
    const own = await startHub()
    const folder = newFolder()
    const { out } = await lares(`devices invite Hall --data ${own.folder} --json`)
    await lares(`edge join ${(JSON.parse(out) as { token: string }).token} --data ${folder}`)
    const before = own.tls
    await own.stop()
    const moved = await startHub({ folder: own.folder, tls: '127.0.0.2:0' })
    stops.push(async () => {
      await moved.stop()
      remove(own.folder)
    })
    expect(`127.0.0.2:${moved.tls}`).not.toBe(`127.0.0.1:${before}`)

    const file = join(folder, 'edge.toml')
    writeFileSync(file, '')
    const lost = await running(folder)
    const reason = await eventually(() => {
      const said = lost.missing('hub')?.reason
      expect(said).toContain('cannot reach')
      return said ?? ''
    })
    await lost.stop()
    const doctor = await lares(`edge doctor --data ${folder} --config ${file}`)
    expect(reason).toMatch(
      asPattern('… If it has another address now, write that into edge.toml below [hub], such as addresses = '),
    )
    const [, section = '', key = ''] = /edge\.toml below (\[\w+\]), such as (addresses = \[.*?\])/.exec(reason) ?? []
    expect(doctor.out).toContain(`edge.toml below ${section}, such as ${key}, and restart the agent.`)

    writeFileSync(file, `${section}\n${key.replace(/"[^"]*"/, `"127.0.0.2:${moved.tls}"`)}\n`)
    const found = await running(folder, { file })
    await eventually(() => expect(found.agent.status().link.state).toBe('online'))
    await found.stop()
    // Its word is believed while its process lives, which is this one.
    rmSync(join(folder, 'agent.json'))
    const healthy = await lares(`edge doctor --data ${folder} --config ${file}`)
    expect(healthy.out).toContain('the hub accepts this device')
  })
})

describe('joining', () => {
  it('a second time is told the switch for it, which gives another identity', async () => {
    const folder = await joined()
    const before = readDeviceIdentity(folder)?.device
    const second = await token('Cellar')
    const { err } = await lares(`edge join ${second} --data ${folder}`)
    expect(hintOf(err)).toContain('Join with --again to give it a new identity; the old device')
    const [, option = ''] = /Join with (--\w+) /.exec(hintOf(err)) ?? []
    expect((await lares(`edge join ${second} --data ${folder} ${option}`)).code).toBe(0)
    expect(readDeviceIdentity(folder)?.device).not.toBe(before)
  })

  it('that got no answer is told to do the same again, which gives the same device', async () => {
    const certificate = makeCertificate()
    const secrets: string[] = []
    let isMute = true
    const double = new HubDouble({
      ...{ certificate, joinCode: 'the-code' },
      join: ({ secret }) => {
        secrets.push(secret)
        return isMute ? null : { ok: true, device: 'hall-x7k2m9', name: 'Hall' }
      },
    })
    await double.start()
    stops.push(() => double.stop())
    const clock = new ManualClock()
    const options = { dataFolder: newFolder(), clock, agent: '0.1.0', hardware: null }
    const words = formatJoinToken({ addresses: [double.address], pin: certificate.pin, code: 'the-code' })
    const first = joinHub(words, options).catch((error: unknown) => error)
    await eventually(() => expect(secrets).toHaveLength(1))
    clock.advance(15_000)
    expect(await first).toMatchObject({
      code: 'unreachable',
      hint: 'Run the same command again: the same token gives the same device.',
    })
    isMute = false
    expect(await joinHub(words, options)).toMatchObject({ device: 'hall-x7k2m9' })
    expect(secrets).toEqual([secrets[0], secrets[0]])
  })
})

describe('an identity', () => {
  it('that others may read is mended by the command that is told', async () => {
    const folder = await joined()
    const file = join(folder, 'identity.json')
    chmodSync(file, 0o644)
    const { err } = await lares(`edge status --data ${folder}`)
    expect(hintOf(err)).toMatch(asPattern('chmod 600 …, and join again with --again if somebody may have read it.'))
    const [command = ''] = /^chmod .*?(?=, and)/.exec(hintOf(err)) ?? []
    execFileSync('sh', ['-c', command])
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect((await lares(`edge status --data ${folder}`)).out).toContain('Hall (')
  })

  it.each(['{', '{"device": "hall"}'])('that is damaged, %s, is moved away and made anew', async (text) => {
    const folder = await joined()
    const file = join(folder, 'identity.json')
    writeFileSync(file, text, { mode: 0o600 })
    const { err } = await lares(`edge join ${await token()} --data ${folder}`)
    expect(hintOf(err)).toBe('Move the file away and join again: lares edge join <token>.')
    renameSync(file, `${file}.damaged`)
    await joined(folder)
  })

  it('that the hub removed is told to join again, which works', async () => {
    const folder = await joined()
    const identity = readDeviceIdentity(folder)
    if (identity === null) return expect.fail('it has not joined')
    writeDeviceIdentity(folder, { ...identity, secret: 'w'.repeat(43) })
    const doctor = await lares(`edge doctor --data ${folder}`)
    expect(doctor.out).toContain('It may have been removed there. Join again: lares edge join')
    const [, command = ''] = /Join again: (lares edge join <token> --again)\./.exec(doctor.out) ?? []
    const again = `${command.replace('<token>', await token())} --data ${folder}`
    expect((await lares(again)).code).toBe(0)
    expect((await lares(`edge doctor --data ${folder}`)).out).toContain('the hub accepts this device')
  })
})

describe('a hub that takes nobody in', () => {
  it('is tried again by the agent itself, as is said', async () => {
    const certificate = makeCertificate()
    const secret = 's'.repeat(43)
    const double = new HubDouble({ certificate, device: 'hall-x7k2m9', secret })
    double.connackCode = 3
    await double.start()
    stops.push(() => double.stop())
    const folder = newFolder()
    const where = { addresses: [double.address], pin: certificate.pin, base: 'lares' }
    writeDeviceIdentity(folder, { device: 'hall-x7k2m9', secret, name: 'Hall', joined_at: 0, ...where })
    const agent = await running(folder)
    await eventually(() =>
      expect(agent.missing('hub')?.reason).toContain(
        'Its disk may be full. Look at its health; the agent tries again by itself.',
      ),
    )
    double.connackCode = null
    await eventually(() => expect(agent.agent.status().link.state).toBe('online'))
  })
})

const ONE_OF = '…It is one of ….'

describe('an agent that is asked', () => {
  const level = (words: string, folder: string) => lares(`edge log-level ${words} --data ${folder}`)

  it('and does not run is told how it is started, after which it answers', async () => {
    const folder = newFolder()
    const { code, err } = await level('link debug', folder)
    expect(code).toBe(4)
    expect(hintOf(err)).toBe(
      'Start it (sudo systemctl start lares-edge, or lares edge run), or name its data folder with --data.',
    )
    await running(folder)
    expect((await level('link debug', folder)).out).toContain('link: debug, until the agent ends')
  })

  it.each([
    ['lnik debug', ONE_OF, /^Did you mean (link)\? /, 'lnik'],
    ['link debgu', ONE_OF, /^Did you mean (debug)\? /, 'debgu'],
    ['nothing debug', ONE_OF, /^It is one of (\w+),/, 'nothing'],
    ['link debug --for 99999', 'Write a number of minutes up to …, or leave it out: then it', / up to (\d+),/, '99999'],
  ])('with wrong words, %s, is told the right ones', async (words, says, pattern, wrong) => {
    const folder = newFolder()
    await running(folder)
    const { err } = await level(words, folder)
    expect(hintOf(err)).toMatch(asPattern(says))
    const [, right = ''] = pattern.exec(hintOf(err)) ?? expect.fail(err)
    expect(await level(words.replace(wrong, right), folder)).toMatchObject({ code: 0, err: '' })
  })

  it('for a time without a level is told the whole line', async () => {
    const folder = newFolder()
    await running(folder)
    const { err } = await level('link --for 5', folder)
    expect(hintOf(err)).toBe('Write lares edge log-level PART LEVEL --for MINUTES.')
    const [, line = ''] = /^Write lares edge log-level (.*)\.$/.exec(hintOf(err)) ?? []
    const whole = line.replace('PART', 'link').replace('LEVEL', 'debug').replace('MINUTES', '5')
    expect((await level(whole, folder)).out).toContain('link: debug, until ')
  })

  it('while another has its data folder is told to stop that one', async () => {
    const folder = newFolder()
    const first = await running(folder)
    await expect(startAgent(folder)).rejects.toMatchObject({
      code: 'already_running',
      hint: 'Stop it (sudo systemctl stop lares-edge), or give this one another folder: --data DIR.',
    })
    await running(newFolder())
    await first.stop()
    await running(folder)
  })

  const why = process.getuid?.() === 0 ? '' : ', which needs root to ask as another user'
  it.skipIf(why !== '')(`by another user is told who may${why}`, async () => {
    const folder = newFolder()
    await running(folder)
    chmodSync(folder, 0o755)
    process.seteuid?.(65_534)
    const { err } = await level('link debug', folder).finally(() => process.seteuid?.(0))
    expect(hintOf(err)).toBe('Only root and the user it runs as may: put sudo before it.')
    expect((await level('link debug', folder)).code).toBe(0)
  })
})
