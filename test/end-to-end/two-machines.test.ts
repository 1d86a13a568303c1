import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually } from '../faults/lib/fleet.ts'
import { healthOf } from '../faults/lib/hub-health.ts'
import { WholeAgent } from '../faults/lib/whole-agent.ts'

const LONG_MS = 180_000
const REMEDY = 'lares edge join <token> --again'

interface Status {
  device: string
  status: { link: { state: string }; missing: { part: string; reason: string }[] } | null
}

let data: ReturnType<typeof makeDataFolder>
let hub: HubProcess
let admin: LocalAdmin
const machines: WholeAgent[] = []

beforeEach(async () => {
  data = makeDataFolder()
  hub = await startHub({ folder: data.folder })
  admin = await LocalAdmin.open(hub.ports.socket)
})
afterEach(async () => {
  for (const machine of machines.splice(0)) await machine.stop('SIGKILL')
  admin.close()
  await hub.kill()
  data.remove()
})

/** A machine whose sensor counts on with each measurement, so that one that is lost is seen. */
function countingMachine(name: string): WholeAgent {
  const machine = new WholeAgent(join(data.scratch, name), name)
  machine.measure(`f=${machine.folder}/count; n=$(($(cat $f 2>/dev/null || echo 0) + 1)); echo $n > $f; echo $n`)
  machines.push(machine)
  return machine
}

async function invited(name: string): Promise<string> {
  return (await admin.call<{ token: string }>('devices', 'invite', { name })).token
}

async function statusOf(machine: WholeAgent): Promise<Status> {
  return JSON.parse((await machine.edge('status', '--json')).out) as Status
}

/** The one that keeps away and the one that is connected, once one of them is and the other has noticed. */
async function oneAway(one: WholeAgent, another: WholeAgent): Promise<[away: WholeAgent, connected: WholeAgent]> {
  const states = async () =>
    await Promise.all([one, another].map(async (machine) => (await statusOf(machine)).status?.link.state === 'online'))
  let found: boolean[] = []
  await eventually(async () => {
    found = await states()
    return found[0] !== found[1]
  }, LONG_MS)
  return found[0] ? [another, one] : [one, another]
}

async function identityTrouble(machine: WholeAgent) {
  const { status } = await statusOf(machine)
  return status?.missing.find(({ part }) => part === 'identity')
}

/** The counts of a machine that the hub has, whichever device they came from. */
function stored(sensor: string): number[] {
  const db = new Sqlite(join(data.folder, 'hub.db'), { readonly: true })
  try {
    const counts =
      'SELECT value FROM readings JOIN reading_series s ON s.id = series_id WHERE s.sensor = ? ORDER BY value'
    return db.prepare(counts).pluck().all(sensor) as number[]
  } finally {
    db.close()
  }
}

const measured = (machine: WholeAgent) => Number(readFileSync(join(machine.folder, 'count'), 'utf8'))

async function shared(): Promise<{ health: number; events: number; device: object }> {
  const { problems } = await healthOf(hub)
  const { events } = await admin.call<{ events: object[] }>('events', 'list', { event_type: 'identity_shared' })
  const device = await admin.call<object>('devices', 'show', { device: 'Hall' })
  return { health: problems.filter(({ code }) => code === 'identity_shared').length, events: events.length, device }
}

describe('two machines with copies of one identity', () => {
  it('are one problem on both sides, and well when one was joined anew as the remedy says', async () => {
    const hall = countingMachine('hall')
    const attic = countingMachine('attic')
    expect(await hall.edge('join', await invited('Hall'))).toMatchObject({ code: 0 })
    cpSync(hall.data, attic.data, { recursive: true })
    hall.run()
    await eventually(() => stored('hall').length > 2, LONG_MS)
    attic.run()

    for (const machine of [hall, attic]) {
      await eventually(async () => (await identityTrouble(machine)) !== undefined, LONG_MS)
      expect(await identityTrouble(machine)).toMatchObject({
        reason: expect.stringMatching(/^two machines use this identity in turns: .*127\.0\.0\.1/),
        hint: expect.stringContaining(REMEDY),
      })
      expect((await machine.edge('status')).out).toContain(`missing: identity: two machines use this identity`)
      expect(machine.log().match(/another machine uses the identity of this one/g)).toHaveLength(1)
      expect(machine.log()).toContain(REMEDY)
    }
    expect(await shared()).toMatchObject({
      health: 1,
      events: 1,
      device: {
        device: { status: 'error', status_reason: 'identity_shared', last_error: expect.stringContaining(REMEDY) },
        alarms: [{ type: 'identity_shared' }],
      },
    })

    // The one that keeps away may be the original: it is the other that is connected and goes on.
    const [copy, other] = await oneAway(hall, attic)
    expect(await copy.stop()).toBe(0)
    // Its sensor may have counted, and the answer have come too late to be kept.
    const cutOff = measured(copy)
    expect(await copy.edge('join', await invited('Copy'), '--again')).toMatchObject({ code: 0 })
    copy.run()

    await eventually(async () => (await shared()).health === 0, LONG_MS)
    for (const machine of [copy, other]) {
      await eventually(async () => (await statusOf(machine)).status?.link.state === 'online', LONG_MS)
      await eventually(async () => (await identityTrouble(machine)) === undefined, LONG_MS)
    }
    expect((await statusOf(copy)).device).not.toBe((await statusOf(other)).device)
    expect(await shared()).toMatchObject({
      events: 1,
      device: { device: { status: 'online', status_reason: 'connected' }, alarms: [] },
    })

    const upto = new Map([hall, attic].map((machine) => [machine, measured(machine)]))
    for (const [name, machine] of [['hall', hall] as const, ['attic', attic] as const]) {
      const last = upto.get(machine) ?? 0
      await eventually(() => (stored(name).at(-1) ?? 0) > last, LONG_MS)
      const counted = (count: number) => count <= last && !(machine === copy && count === cutOff)
      expect(stored(name).filter(counted)).toEqual(
        Array.from({ length: last }, (_, index) => index + 1).filter(counted),
      )
    }
  })
})
