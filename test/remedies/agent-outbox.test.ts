import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { configSchema } from '../../edge/config/schema.ts'
import { checkOutbox } from '../../edge/doctor/outbox-check.ts'
import { systemMachine } from '../../edge/health/machine.ts'
import { writeDeviceIdentity } from '../../edge/link/device-identity.ts'
import { openOutboxDatabase } from '../../edge/outbox/open-outbox.ts'
import { Outbox } from '../../edge/outbox/outbox.ts'
import { ManualClock, systemClock } from '../../shared/clock.ts'
import { silentLog } from '../../shared/log.ts'
import { makeCertificate } from '../edge/certificate.ts'
import { HubDouble } from '../edge/hub-double.ts'
import { startLocker } from '../faults/lib/locker.ts'
import { type SmallDisk, smallDisk, smallDiskTrouble } from '../faults/lib/small-disk.ts'
import { lares } from './lib/lares.ts'
import { type AgentStart, agentFolder, type RunningAgent, removeFolders, startAgent } from './lib/running-agent.ts'

const BUSY_MS = 60_000
vi.setConfig({ testTimeout: 3 * BUSY_MS })

const trouble = smallDiskTrouble('the remedies of a full disk')

const stops: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

function newFolder(): string {
  const folder = agentFolder()
  stops.push(() => removeFolders([folder]))
  return folder
}

function disk(): SmallDisk {
  const made = smallDisk(24)
  if (typeof made === 'string') throw new Error(made)
  stops.push(() => made.remove())
  return made
}

async function running(folder: string, how: AgentStart = {}): Promise<RunningAgent> {
  const agent = await startAgent(folder, how)
  stops.push(() => agent.stop())
  return agent
}

function openOutbox(folder: string): Outbox {
  const clock = new ManualClock()
  const { db, stamp } = openOutboxDatabase(folder, clock, silentLog)
  const outbox = new Outbox({ db, stamp, clock, boot: 'b', log: silentLog })
  stops.push(() => outbox.close())
  return outbox
}

const tell = (outbox: Outbox) => outbox.event({ type: 'agent_started', severity: 'info', description: 'x'.repeat(400) })

/** What the doctor says of the outbox in this folder: by the agent that runs there, or on its own. */
async function doctor(dataFolder: string, agent?: RunningAgent) {
  const machine = systemMachine({ clock: systemClock })
  const config = configSchema.parse({})
  const status = agent?.agent.status() ?? null
  const [finding] = await checkOutbox({ dataFolder, config, configFile: null, clock: systemClock, machine, status })
  return finding ?? expect.fail('it looked at nothing')
}

const identity = { device: 'hall-x7k2m9', secret: 's'.repeat(43), name: 'Hall', joined_at: 0 }

/** A hub, and how the device of this folder comes into its house. */
function hubFor(folder: string): { hub: HubDouble; join(): Promise<void> } {
  const certificate = makeCertificate()
  const hub = new HubDouble({ certificate, device: identity.device, secret: identity.secret })
  stops.push(() => hub.stop())
  return {
    hub,
    async join() {
      await hub.start()
      writeDeviceIdentity(folder, { ...identity, addresses: [hub.address], pin: certificate.pin, base: 'lares' })
    },
  }
}

const RESTART = 'then restart the agent.'

describe('an agent that another program keeps from its outbox', () => {
  it('while it runs is told which program, and goes on by itself when that has ended', async () => {
    const folder = newFolder()
    const outbox = openOutbox(folder)
    const other = await startLocker(join(folder, 'outbox.db'), 'BEGIN IMMEDIATE')
    stops.push(() => other.letGo())
    expect(tell(outbox)).toBe('full')
    expect(outbox.fault?.hint).toBe('End that program, or its transaction; the agent goes on by itself.')
    await end(outbox.fault?.message, other)
    expect(tell(outbox)).toBe('stored')
    expect(outbox.fault).toBeNull()
  })

  it('at its start is told so too, and to start again, because it does not by itself', async () => {
    const folder = newFolder()
    openOutbox(folder).close()
    const other = await startLocker(join(folder, 'outbox.db'), 'PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE')
    stops.push(() => other.letGo())
    const agent = await running(folder)
    const { says, mend } = await doctor(folder, agent)
    expect(mend).toBe('End that program, or its transaction, then restart the agent.')
    await end(says, other)
    expect((await doctor(folder, agent)).state).toBe('problem')
    await agent.stop()
    expect(await doctor(folder, await running(folder))).toMatchObject({ state: 'ok' })
  })

  /** Ends the program that is named, which is the one that holds the file. */
  async function end(words: string | undefined, other: Awaited<ReturnType<typeof startLocker>>): Promise<void> {
    const [, pid] = /\(process (\d+)\)/.exec(words ?? '') ?? expect.fail(`it names no program: ${words}`)
    expect(Number(pid)).toBe(other.pid)
    await other.letGo()
  }
})

describe.skipIf(trouble !== null)('an agent on a disk that takes nothing', () => {
  it('while it runs goes on by itself once there is space', () => {
    const { folder, fill, makeRoom } = disk()
    const outbox = openOutbox(folder)
    fill()
    for (let time = 0; time < 10_000 && outbox.fault === null; time += 1) tellUrgently(outbox)
    expect(outbox.fault?.hint).toBe("Free space on this device's disk; the agent goes on by itself.")
    makeRoom()
    expect(tellUrgently(outbox)).toBe('stored')
    expect(outbox.fault).toBeNull()
  })

  it('at its start keeps its rows in memory until it is started again with space', async () => {
    const { folder, fill, makeRoom } = disk()
    fill()
    const agent = await running(folder)
    expect(agent.missing('outbox')).toMatchObject({
      reason: expect.stringContaining('in memory only'),
      hint: "Free space on this device's disk, then restart the agent.",
    })
    makeRoom()
    expect(agent.missing('outbox')?.hint).toContain(RESTART)
    await agent.stop()
    const again = await running(folder)
    expect(again.missing('outbox')).toBeUndefined()
    expect(await doctor(folder, again)).toMatchObject({ state: 'ok' })
  })

  it('because it is read-only is told where that is seen, and can be opened once it is not', () => {
    const made = disk()
    openOutbox(made.folder).close()
    made.remount('ro')
    const { memoryFault, db } = openOutboxDatabase(made.folder, systemClock, silentLog)
    db.close()
    expect(memoryFault?.hint).toBe(
      'Look at the journal of the kernel (dmesg), at the mounts and at the card, then restart the agent.',
    )
    const mount = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .find((line) => line.includes(made.folder))
    expect(mount).toMatch(/ ro[, ]/)
    made.remount('rw')
    const opened = openOutboxDatabase(made.folder, systemClock, silentLog)
    opened.db.close()
    expect(opened.memoryFault).toBeNull()
  })

  it('but new rows for old ones counts what goes, tells the hub, and is well once there is space', async () => {
    const { folder, fill, makeRoom } = disk()
    const file = join(folder, 'edge.toml')
    const sensors = Array.from(
      { length: 40 },
      (_, index) => `[sensors.s${index}]\ndriver = "simulated"\npattern = "wave"\nperiod_s = 60\ninterval_s = 1\n`,
    )
    writeFileSync(file, `[agent]\ndefault_sensors = false\n${sensors.join('')}`)
    const { hub, join: joinHub } = hubFor(folder)
    const clock = new ManualClock()
    const agent = await running(folder, { file, clock })
    const until = (condition: () => boolean | Promise<boolean>) =>
      vi.waitFor(
        async () => {
          clock.advance(1_000)
          expect(await condition()).toBe(true)
        },
        { timeout: BUSY_MS, interval: 5 },
      )
    const count = async (pattern: RegExp) => Number(pattern.exec((await doctor(folder)).says)?.[1] ?? 0)
    rmSync(join(folder, 'ballast'), { force: true })
    await until(async () => (await count(/^(\d+) messages wait/)) > 50)
    fill()
    await until(() => agent.missing('outbox') !== undefined)
    expect(agent.missing('outbox')?.hint).toBe(
      "Free space on this device's disk; what goes is counted, and told to the hub.",
    )
    makeRoom()
    await until(() => agent.missing('outbox') === undefined)
    const dropped = await count(/(\d+) were dropped/)
    expect(dropped).toBeGreaterThan(0)
    await joinHub()
    await until(() => hub.values('event').some(({ type }) => type === 'outbox_dropped'))
    expect(hub.values('event').find(({ type }) => type === 'outbox_dropped')?.data).toEqual({ rows: dropped })
  })

  const tellUrgently = (outbox: Outbox) =>
    outbox.event({ type: 'agent_started', severity: 'info', description: 'x'.repeat(400) }, { urgent: true })
})

describe('an outbox', () => {
  it('that was set aside is told until the file is removed that is named', async () => {
    const folder = newFolder()
    openOutbox(folder).close()
    writeFileSync(join(folder, 'outbox.db'), 'this is no database, and longer than one header. '.repeat(50))
    for (const log of ['-wal', '-shm']) rmSync(join(folder, `outbox.db${log}`), { force: true })
    const agent = await running(folder)
    const { says, mend } = await doctor(folder, agent)
    expect(mend).toBe(
      'Remove it once nothing in it is wanted: rows that were not sent may lie there. It is told until the file is removed.',
    )
    const [, file = ''] = /set aside as (\/\S+)$/.exec(says) ?? []
    await agent.stop()
    const again = await running(folder)
    expect((await doctor(folder, again)).mend).toBe(mend)
    rmSync(file)
    expect(await doctor(folder, again)).toMatchObject({ state: 'ok' })
  })

  it('with rows that ended connections sends them again after a restart', async () => {
    const folder = newFolder()
    const { hub, join: joinHub } = hubFor(folder)
    await joinHub()
    const clock = new ManualClock()
    const agent = await running(folder, { clock })
    const reached = (condition: () => boolean) =>
      hub.until(
        'it happened',
        () => {
          clock.advance(500)
          return condition()
        },
        30_000,
      )
    hub.poison = ({ name }) => name === 'event'
    await reached(() => (agent.agent.status().heartbeat?.outbox.parked ?? 0) > 0)
    const { mend = '' } = await doctor(folder, agent)
    expect(mend).toContain(
      'Restart the agent, which sends them again. If they are set aside once more, report it: lares',
    )
    const [, program = ''] = /report it: (lares diagnose) makes the file/.exec(mend) ?? []
    const file = join(folder, 'for-whoever-helps.json')
    expect((await lares(`${program} --data ${folder} --edge-data ${folder} --to ${file}`)).code).toBe(0)

    await agent.stop()
    hub.poison = null
    const again = await running(folder, { clock })
    await reached(() => hub.values('event').filter(({ type }) => type === 'agent_started').length === 2)
    expect(again.agent.status().heartbeat?.outbox.parked ?? 0).toBe(0)
    expect(await doctor(folder, again)).toMatchObject({ state: 'ok' })
  })
})
