import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import type { DeviceIdentity } from '../../edge/link/device-identity.ts'
import { runEdge } from '../../edge/main.ts'
import { edgeOptions } from '../../edge/options.ts'
import { EDGE_PROGRAM } from '../../edge/program.ts'
import { describeStatus, formatStatus, runningWord } from '../../edge/status/show-status.ts'
import { type AgentStatus, askedFolders, readStatuses, writeStatus } from '../../edge/status/status-file.ts'
import { ManualClock } from '../../shared/clock.ts'
import { sensorKeyOf, sensorKeyWithin } from '../../shared/ids.ts'
import { silentLog } from '../../shared/log.ts'
import type { Heartbeat } from '../../shared/messages/heartbeat.ts'
import { MESSAGES } from '../../shared/messages/index.ts'
import { readProgram } from '../../shared/program.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-main-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => vi.restoreAllMocks())

function captured() {
  const said = { out: '', fault: '' }
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said.out += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said.fault += String(text)
    return true
  })
  return said
}

describe('lares edge', () => {
  it.each([[[]], [['-h']], [['--help']], [['help']]])('shows its help for %j', async (words) => {
    const said = captured()
    expect(await runEdge(words, {})).toBe(words.length === 0 ? 2 : 0)
    expect(said.out).toContain('lares edge join <token>')
  })

  it('refuses words it does not know, with a remedy and an exit code', async () => {
    const said = captured()
    expect(await runEdge(['jion'], {})).toBe(2)
    expect(await runEdge(['run', '--dta', 'x'], {})).toBe(2)
    expect(await runEdge(['join', 'lares1.broken', '--data', folder], {})).toBe(2)
    expect(said.fault).toContain('Did you mean lares edge join?')
    expect(said.fault).toContain('Did you mean --data?')
    expect(said.fault).toContain('[bad_token]')
  })

  it('takes a relative data folder from where it was started, and names it in full', async () => {
    const said = captured()
    expect(await runEdge(['join', 'lares1.x', '--data', 'package.json/edge'], {})).not.toBe(0)
    expect(said.fault).toContain(`cannot make the data folder ${resolve('package.json/edge')}`)
  })

  it('reads its words', () => {
    const read = (...words: string[]) => edgeOptions(readProgram(EDGE_PROGRAM, words))
    expect(read('join', 'lares1.x', '--name', 'Kitchen Pi', '--again')).toMatchObject({
      verb: 'join',
      token: 'lares1.x',
      name: 'Kitchen Pi',
      again: true,
    })
    expect(read('join', 'lares1.x', '--again=No')).toMatchObject({ again: false })
    expect(() => read('join')).toThrow('the token is missing')
    expect(() => read('run', 'now')).toThrow('does not expect "now"')
  })

  it('says that no agent runs, with exit code 1', async () => {
    const said = captured()
    expect(await runEdge(['status', '--data', folder], {})).toBe(1)
    expect(said.out).toContain('not joined')
    expect(said.out).toContain('does not run')
  })

  it('shows the key of every sensor of a file, also those that are made of a name', async () => {
    const file = join(folder, 'edge.toml')
    const meter = '[sensors.meter]\ndriver = "command"\ncommand = ["meter"]\nvalues = { power = {}, "Süd" = {} }\n'
    const kitchen = '[sensors."кухня"]\ndriver = "simulated"\n[sensors.cellar]\ndriver = "one-wire"\n'
    writeFileSync(file, `[agent]\ndefault_sensors = false\n${meter}${kitchen}`)
    const said = captured()
    expect(await runEdge(['config', '--config', file, '--data', folder], {})).toBe(0)
    expect(said.out.split('\n')).toEqual([
      `${file}: nothing is wrong with it`,
      'its sensors, by their keys in the house:',
      expect.stringMatching(/^ {2}meter_power +power, from \[sensors\.meter\]$/),
      expect.stringMatching(`^ {2}${sensorKeyWithin('meter', 'Süd')} +Süd, from `),
      expect.stringMatching(`^ {2}${sensorKeyOf('кухня')} +кухня \\(simulated\\), from \\[sensors."кухня"\\]$`),
      expect.stringMatching(/^ {2}cellar… +\[sensors\.cellar\], which looks for its sensors$/),
      '',
    ])
  })

  it('does not believe the word of an agent that is gone', () => {
    const clock = new ManualClock()
    const link = { state: 'online' as const, reason: null, code: null, address: 'hub:8883' }
    const word = { at: clock.now(), pid: process.pid, version: '0.1.0', device: 'kitchen', name: 'Kitchen', link }
    const status = { ...word, missing: [{ part: 'gpio', reason: 'no chip' }], sensors: 3, heartbeat: null }
    expect(formatStatus(describeStatus(null, status, clock))).toContain('missing: gpio: no chip')
    const outbox = { rows: 1, bytes: 48_044, oldest_s: 7_500, dropped: 2, parked: 0, full: false }
    const beating = { ...status, heartbeat: { ...MESSAGES.heartbeat.sample, outbox } as Heartbeat }
    expect(formatStatus(describeStatus(null, beating, clock))).toContain(
      'outbox: 1 row waits (48.0 kB), the oldest for 2 h 5 min; 2 given up for lack of room',
    )
    const louder = { ...status, log_levels: [{ part: 'link', level: 'debug', until: null } as const] }
    expect(formatStatus(describeStatus(null, louder, clock))).toContain('log: link: debug, until the agent ends')
    clock.advance(121_000)
    expect(describeStatus(null, status, clock).running).toBe(false)
    expect(describeStatus(null, { ...status, at: clock.now(), pid: 2 ** 22 + 1 }, clock).running).toBe(false)
  })
})

describe('which agent is meant', () => {
  const clock = new ManualClock()
  const online = { state: 'online' as const, reason: null, code: null, address: 'hub:8883' }
  const word = (data_folder: string, changes: Partial<AgentStatus> = {}): AgentStatus => {
    const who = { pid: process.pid, version: '0.1.0', device: 'kitchen-1', name: 'Kitchen', link: online }
    return { at: clock.now(), ...who, missing: [], sensors: 3, heartbeat: null, data_folder, ...changes }
  }
  /** A service with an agent that runs, its data folder, and another folder in which none does. */
  function places() {
    const root = mkdtempSync(join(folder, 'meant-'))
    const [service, its, other] = [join(root, 'run'), join(root, 'edge'), join(root, 'other')]
    for (const one of [service, its, other]) mkdirSync(one)
    writeStatus(service, word(its), silentLog)
    const meant = (dataFolder: string, isNamed: boolean) =>
      runningWord(readStatuses(askedFolders({}, { dataFolder, isNamed, service })), clock)?.data_folder ?? null
    return { root, its, other, meant }
  }

  it('is that of the folder that was named, and no other, also where the service runs one', () => {
    const { root, its, other, meant } = places()
    expect([meant(other, true), meant(its, true)]).toEqual([null, its])
    symlinkSync(its, join(root, 'link'))
    expect(meant(join(root, 'link'), true)).toBe(its)
  })

  it('is that of the service when no folder was named, also where an agent ran in the usual one before', () => {
    const { its, other, meant } = places()
    expect(meant(other, false)).toBe(its)
    writeStatus(other, word(other, { pid: 2 ** 22 + 1 }), silentLog)
    expect(meant(other, false)).toBe(its)
  })

  it('is online where its link is, which may not be where it joined', () => {
    const identity = { device: 'kitchen-1', name: 'Kitchen', addresses: ['before:8883'] } as DeviceIdentity
    expect(
      formatStatus(describeStatus(identity, word('/x'), clock))
        .split('\n')
        .slice(0, 2),
    ).toEqual(['Kitchen (kitchen-1), joined at before:8883', 'agent 0.1.0 runs, 3 sensors, online at hub:8883'])
  })

  it('is called what it says of itself where its identity is not to be seen', () => {
    expect(formatStatus(describeStatus(null, word('/var/lib/lares/edge'), clock))).toMatch(/^Kitchen \(kitchen-1\)\n/)
  })
})
