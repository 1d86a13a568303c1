import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Agent } from '../../edge/agent.ts'
import { configSchema } from '../../edge/config/schema.ts'
import { systemMachine } from '../../edge/health/machine.ts'
import { KeptRoom } from '../../edge/outbox/kept-room.ts'
import { openOutboxDatabase } from '../../edge/outbox/open-outbox.ts'
import { Outbox } from '../../edge/outbox/outbox.ts'
import { formatStatus } from '../../edge/status/show-status.ts'
import { ManualClock } from '../../shared/clock.ts'
import { silentLog } from '../../shared/log.ts'
import { eventually } from './lib/fleet.ts'
import { type SmallDisk, smallDisk, smallDiskTrouble } from './lib/small-disk.ts'

const trouble = smallDiskTrouble('an agent on a full disk')

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

function disk(): SmallDisk {
  const made = smallDisk(24)
  if (typeof made === 'string') throw new Error(made)
  closing.push(() => made.remove())
  return made
}

/** An outbox on the disk with the room that is kept for it. */
async function openOutbox(folder: string) {
  const clock = new ManualClock()
  const room = new KeptRoom({ folder, clock, log: silentLog })
  room.release()
  const opened = openOutboxDatabase(folder, clock, silentLog)
  const outbox = new Outbox({
    db: opened.db,
    stamp: opened.stamp,
    clock,
    boot: 'b',
    log: silentLog,
    release: () => room.release(),
  })
  closing.push(() => outbox.close())
  await room.look()
  return { outbox, opened, room }
}

const WORDS = 'x'.repeat(400)
const measure = (outbox: Outbox, value: number) =>
  outbox.event({ type: 'sensor_failing', severity: 'warning', description: WORDS, data: { value } })
const valuesOf = (outbox: Outbox) =>
  outbox.waiting('backlog', 0, 100_000).map(({ body }) => (JSON.parse(body) as { data: { value: number } }).data.value)

function agentOn(folder: string) {
  const clock = new ManualClock()
  const agent = new Agent({
    dataFolder: folder,
    config: configSchema.parse({ agent: { default_sensors: false } }),
    configFile: null,
    env: {},
    machine: systemMachine({ clock }),
    clock,
    log: silentLog,
    boot: 'b',
    version: '0.1.0',
  })
  closing.push(() => agent.stop())
  const shown = () => formatStatus({ running: true, device: null, name: null, addresses: [], status: agent.status() })
  return { agent, clock, shown }
}

describe.skipIf(trouble !== null)('an agent whose disk is filled by others', () => {
  it('while it runs keeps the newest and what is urgent, and counts the oldest that went', async () => {
    const { folder, fill, makeRoom } = disk()
    const { outbox, room } = await openOutbox(folder)
    expect(existsSync(join(folder, 'ballast'))).toBe(true)
    outbox.event({ type: 'agent_started', severity: 'info' }, { urgent: true })
    for (let value = 0; value < 3_000; value += 1) measure(outbox, value)
    fill()

    for (let value = 3_000; value < 12_000; value += 1)
      expect([value, measure(outbox, value)]).toEqual([value, 'stored'])
    expect(existsSync(join(folder, 'ballast'))).toBe(false)
    const { rows, dropped, full } = outbox.status()
    expect({ scarce: outbox.scarce, full }).toEqual({ scarce: true, full: true })
    expect(dropped).toBeGreaterThan(0)
    expect(rows + dropped).toBe(12_001)
    const kept = valuesOf(outbox)
    expect(kept).toEqual(Array.from({ length: rows - 1 }, (_, index) => 12_000 - (rows - 1) + index))
    expect(outbox.waiting('urgent', 0, 10)).toHaveLength(1)

    makeRoom()
    room.onRoom = () => outbox.roomAgain()
    await room.look()
    expect(existsSync(join(folder, 'ballast'))).toBe(true)
    expect(outbox.status().full).toBe(false)
    outbox.close()
    expect(valuesOf((await openOutbox(folder)).outbox)).toEqual(kept)
  })

  it('before it starts opens its outbox with the room it kept, and has everything in it', async () => {
    const { folder, fill, makeRoom } = disk()
    const { outbox } = await openOutbox(folder)
    for (let value = 0; value < 500; value += 1) measure(outbox, value)
    outbox.close()
    fill()
    const { agent, clock, shown } = agentOn(folder)
    await agent.start()
    expect(existsSync(join(folder, 'ballast'))).toBe(false)
    expect(shown()).not.toContain('missing: outbox')
    makeRoom()
    clock.advance(60_000)
    await eventually(() => existsSync(join(folder, 'ballast')))
    await agent.stop()
    expect(valuesOf((await openOutbox(folder)).outbox).filter((value) => value !== undefined)).toHaveLength(500)
  })

  it('and that kept no room works in memory, and says so with the remedy', async () => {
    const { folder, fill } = disk()
    fill()
    const { agent, shown } = agentOn(folder)
    await agent.start()
    expect(shown()).toContain('missing: outbox: its rows are in memory only: ')
    expect(shown()).toContain("Free space on this device's disk")
  })
})
