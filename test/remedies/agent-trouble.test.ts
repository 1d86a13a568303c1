import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { loadConfig } from '../../edge/config/load-settings.ts'
import { checkHub, checkIntroduction } from '../../edge/doctor/hub-check.ts'
import type { DoctorOptions } from '../../edge/doctor/options.ts'
import { systemMachine } from '../../edge/health/machine.ts'
import { readDeviceIdentity, writeDeviceIdentity } from '../../edge/link/device-identity.ts'
import { ManualClock, systemClock } from '../../shared/clock.ts'
import { makeCertificate } from '../edge/certificate.ts'
import { eventually } from '../edge/health/eventually.ts'
import { HubDouble } from '../edge/hub-double.ts'
import { asPattern } from './lib/as-pattern.ts'
import { lares } from './lib/lares.ts'
import { type AgentStart, agentFolder, type RunningAgent, removeFolders, startAgent } from './lib/running-agent.ts'
import { type RunningHub, remove, startHub } from './lib/running-hub.ts'

const BUSY_MS = 60_000
vi.setConfig({ testTimeout: 3 * BUSY_MS })

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

async function running(folder: string, how: AgentStart = {}): Promise<RunningAgent> {
  const agent = await startAgent(folder, how)
  stops.push(() => agent.stop())
  return agent
}

/** What the doctor is asked about the agent of this folder, which runs or does not. */
function doctorOf(dataFolder: string, { agent, file }: { agent?: RunningAgent; file?: string } = {}): DoctorOptions {
  const { config, faults } = loadConfig({ file: file ?? '/dev/null', env: {} })
  const machine = systemMachine({ clock: systemClock })
  const status = agent?.agent.status() ?? null
  return { dataFolder, config, faults, configFile: file ?? null, clock: systemClock, machine, status }
}

/** What is to be done about the only problem. */
function mendOf(findings: readonly { state: string; mend?: string }[]): string {
  const [one, ...more] = findings.filter(({ state }) => state === 'problem')
  expect(more).toEqual([])
  return one?.mend ?? expect.fail(JSON.stringify(findings))
}

const isWell = (findings: readonly { state: string }[]) => findings.every(({ state }) => state === 'ok')

/** A hub that does what a case wants, and the folder of a device that is in its house. */
async function doubleHouse(): Promise<{ double: HubDouble; folder: string }> {
  const certificate = makeCertificate()
  const who = { device: 'hall-x7k2m9', secret: 's'.repeat(43) }
  const double = new HubDouble({ certificate, ...who })
  await double.start()
  stops.push(() => double.stop())
  const folder = newFolder()
  const where = { addresses: [double.address], pin: certificate.pin, base: 'lares' }
  writeDeviceIdentity(folder, { ...who, ...where, name: 'Hall', joined_at: 0 })
  return { double, folder }
}

describe('lares diagnose', () => {
  it('that would write over a file is told the option for another one', async () => {
    const folder = newFolder()
    const file = join(folder, 'found.json')
    const line = `diagnose --data ${folder} --edge-data ${folder}`
    expect((await lares(`${line} --to ${file}`)).code).toBe(0)
    const first = readFileSync(file)
    const { code, err } = await lares(`${line} --to ${file}`)
    expect(code).not.toBe(0)
    expect(err).toContain('Name another file: --to FILE.')
    const [, option = ''] = /another file: (--to FILE)\./.exec(err) ?? []
    expect((await lares(`${line} ${option.replace('FILE', `${file}.2`)}`)).code).toBe(0)
    expect(existsSync(`${file}.2`)).toBe(true)
    expect(readFileSync(file)).toEqual(first)
  })
})

describe('an agent without a hub', () => {
  it('is told the two commands that bring it to one', async () => {
    const folder = newFolder()
    const mend = mendOf(await checkHub(doctorOf(folder)))
    expect(mend).toBe('At the hub: lares devices invite NAME. Then here: lares edge join TOKEN.')
    const [, invite = '', join = ''] = /At the hub: (lares .*?)\. Then here: (lares .*)\.$/.exec(mend) ?? []
    const { out } = await lares(`${invite.replace('NAME', 'Hall')} --data ${hub.folder} --json`)
    const { token } = JSON.parse(out) as { token: string }
    expect((await lares(`${join.replace('TOKEN', token)} --data ${folder}`)).code).toBe(0)
    expect(isWell(await checkHub(doctorOf(folder)))).toBe(true)
  })

  it('that is about to connect is to be looked at again, and then it has', async () => {
    const { double, folder } = await doubleHouse()
    double.connackCode = 3
    const agent = await running(folder)
    const look = () => checkHub(doctorOf(folder, { agent }))
    await eventually(() => expect(agent.agent.status().link.state).toBe('offline'))
    expect(mendOf(await look())).toContain('Look again in a minute: it may be about to connect. If it')
    // The reason, which says what to do, stands beside it.
    expect(JSON.stringify(await look())).toContain('Its disk may be full.')
    double.connackCode = null
    await eventually(async () => expect(isWell(await look())).toBe(true))
  })
})

describe('an agent whose identity a copied card has too', () => {
  it('is told the commands by which the copy gets its own', async () => {
    const clock = new ManualClock()
    const [folder, copied] = [newFolder(), newFolder()]
    const invite = async (command: string) => {
      const { out } = await lares(`${command} Hall --data ${hub.folder} --json`)
      return (JSON.parse(out) as { token: string }).token
    }
    expect((await lares(`edge join ${await invite('devices invite')} --data ${folder}`)).code).toBe(0)
    const identity = readDeviceIdentity(folder) ?? expect.fail('it has not joined')
    writeDeviceIdentity(copied, identity)
    const first = await running(folder, { clock })
    const inTime = (check: () => void) =>
      vi.waitFor(
        () => {
          clock.advance(1_000)
          check()
        },
        { timeout: BUSY_MS, interval: 5 },
      )
    await inTime(() => expect(first.agent.status().link.state).toBe('online'))
    const copy = await running(copied, { clock, boot: 'boot-2' })
    await inTime(() => {
      expect(first.missing('identity') ?? copy.missing('identity')).toBeDefined()
    })
    const told = first.missing('identity') ? { agent: first, folder } : { agent: copy, folder: copied }
    const mend = mendOf(await checkIntroduction(doctorOf(told.folder, told)))
    expect(mend).toContain('Give the copy an identity of its own: ')
    const [, command = '', join = ''] =
      /: (lares devices invite) at the hub, then (lares edge .*? --again) on it/.exec(mend) ?? []
    const again = `${join.replace('<token>', await invite(command))} --data ${copied}`
    expect(await lares(again)).toMatchObject({ code: 0, err: '' })
    expect(readDeviceIdentity(copied)?.device).not.toBe(identity.device)
    // One that was told keeps away for some minutes.
    clock.advance(450_000)
    await inTime(() => {
      for (const { agent, missing } of [first, copy])
        expect([agent.status().link.state, missing('identity')]).toEqual(['online', undefined])
    })
  })
})

describe('an agent and a hub of versions that do not fit', () => {
  it.each([
    ['agent', 'Upgrade this machine: …', { version: '9.0.0', oldest_agent: '0.2.0' }],
    ['hub', 'Upgrade the hub, on its machine: …', { version: '0.0.1' }],
  ])('are told to upgrade the %s with a script that is there, and fit afterwards', async (older, says, info) => {
    const { double, folder } = await doubleHouse()
    const meet = async ({ agent, missing }: RunningAgent, hubInfo: object, fits: boolean) => {
      await eventually(() => expect(agent.status().link.state).toBe('online'))
      double.publishRaw('lares/hub/info', JSON.stringify({ ...hubInfo, started: 1, joining_until: null }))
      await eventually(() => expect(missing('version') === undefined).toBe(fits))
    }
    const agent = await running(folder)
    await meet(agent, info, false)
    const mend = mendOf(await checkIntroduction(doctorOf(folder, { agent })))
    expect(mend).toMatch(asPattern(says))
    const [, script = ''] = /&& sudo (scripts\/\w+)$/.exec(mend) ?? []
    expect(existsSync(script)).toBe(true)

    await agent.stop()
    const [, newer = ''] = /agents from (\S+) on|counts on (\S+)/.exec(agent.missing('version')?.reason ?? '') ?? []
    const after = await running(folder, { version: older === 'agent' ? newer : '0.1.0' })
    // A word that does not fit either: that it goes shows that the next one was heard.
    await meet(after, { version: '0.0.1' }, false)
    await meet(after, older === 'agent' ? info : { version: '0.1.0' }, true)
  })
})

describe('an agent that names more sensors than a device may have', () => {
  it('is told to take out the tables that are named, and then the hub knows all of it', async () => {
    const folder = newFolder()
    const file = join(folder, 'edge.toml')
    const keys = Array.from({ length: 258 }, (_, index) => `s${index}`)
    const write = (wanted: string[]) =>
      writeFileSync(
        file,
        `[agent]\ndefault_sensors = false\n${wanted.map((key) => `[sensors.${key}]\ndriver = "simulated"\n`).join('')}`,
      )
    write(keys)
    const agent = await running(folder, { file })
    await eventually(() => expect(agent.missing('introduction')).toBeDefined())
    const [finding] = await checkIntroduction(doctorOf(folder, { agent, file }))
    expect(finding?.mend).toBe('Mend or remove the table of what is named in edge.toml, then restart the agent.')
    const [, named = ''] = /not taken: (.*?)\. /.exec(finding?.says ?? '') ?? []
    await agent.stop()
    write(keys.filter((key) => !named.split(', ').includes(key)))
    const after = await running(folder, { file })
    await eventually(() => expect(after.agent.status().sensors).toBe(256))
    expect(await checkIntroduction(doctorOf(folder, { agent: after, file }))).toEqual([])
  })
})
