import { describe, expect, it } from 'vitest'
import { ALARMS_PER_DEVICE } from '../../../../shared/limits.ts'
import { birth as birthMessage } from '../../../../shared/messages/birth.ts'
import { ask, commandInput, query } from '../../engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../../engine/engine-in-memory.ts'

const DEVICE = 'kitchen-pi'
const HOUR = 3_600_000

function withDevice(): TestHouse {
  const house = openTestHouse()
  house.device(DEVICE)
  return house
}

interface Said {
  type: string
  sensor?: string
  source?: string
  seq?: number
  epoch?: string
  lane?: string
  at?: number
  severity?: string
  description?: string
}

/** An event as the agent writes it: its sensor and source stand in its data. */
function say(house: TestHouse, { sensor, source = 'climate', epoch = 'e1', lane = 'urgent', ...said }: Said): void {
  const { at = house.now, seq } = said
  const identity = seq === undefined ? {} : { epoch, lane, seq }
  const data = { source, ...(sensor === undefined ? {} : { sensor }) }
  const event = { ...said, ...identity, at, sent: { at: house.now, mono: 1 }, data }
  expect(house.send([`lares/${DEVICE}/event`, event])).toEqual(['stored'])
}

function introduce(house: TestHouse, keys: string[]): void {
  const sensors = keys.map((key) => ({ key, kind: 'number', unit: '', name: key }))
  house.send([`lares/${DEVICE}/birth`, { ...birthMessage.sample, sensors }])
}

interface Shown {
  device: { last_error: string | null; last_error_at: number | null }
  alarms: { part: string | null; since: number; description: string; severity: string; type: string }[]
}

const shown = (house: TestHouse) => query<Shown>(house, 'devices/show', { device: DEVICE })
const parts = (house: TestHouse) => shown(house).alarms.map(({ part }) => part)
const problems = (house: TestHouse) =>
  house.effects.flatMap((effect) => (effect.kind === 'problem' && effect.problem ? [effect.problem] : []))

const FAILING = { type: 'sensor_failing', sensor: 'hall', description: 'hall: no answer. Plug it in.' }
const RECOVERED = { type: 'sensor_recovered', sensor: 'hall', description: 'hall: works again after 9 s' }

describe('an alarm of a device', () => {
  it('is shown on the device, in the list, in its status and in the health until its all-clear', () => {
    const house = withDevice()
    say(house, { ...FAILING, seq: 1 })
    const alarm = { part: 'hall', since: START, description: FAILING.description, severity: 'warning' }
    const words = expect.stringMatching(/^hall: no answer\. Plug it in\. \(since /)
    expect(house.published('/status')).toMatchObject([{ status: 'offline', alarms: [alarm] }])
    expect(problems(house)).toEqual([
      { code: 'device_alarm', message: expect.stringMatching(/kitchen-pi.*hall: no answer.*\(since 20/) },
    ])
    expect(shown(house).alarms).toEqual([{ ...alarm, type: 'sensor_failing' }])
    expect(query(house, 'devices/list')).toMatchObject({ devices: [{ alarms: [words] }] })
    house.now += 9_000
    say(house, { ...RECOVERED, seq: 2 })
    expect(house.published('/status')).toEqual([expect.not.objectContaining({ alarms: expect.anything() })])
    expect(house.effects).toContainEqual({ kind: 'problem', name: `device_alarm:${DEVICE}`, problem: null })
    expect(shown(house).alarms).toEqual([])
    expect(query(house, 'devices/list')).toMatchObject({ devices: [{ alarms: [] }] })
  })

  it('of one sensor is not ended by another, nor by its source', () => {
    const house = withDevice()
    say(house, { ...FAILING, seq: 1 })
    say(house, { type: 'sensor_failing', sensor: 'attic', seq: 2 })
    say(house, { type: 'sensor_failing', seq: 3 })
    say(house, { ...RECOVERED, seq: 4 })
    expect(parts(house).sort()).toEqual(['attic', 'climate'])
    say(house, { type: 'sensor_recovered', seq: 5 })
    expect(parts(house)).toEqual(['attic'])
  })

  it('keeps the time when it began while it is told again', () => {
    const house = withDevice()
    say(house, { ...FAILING, seq: 1 })
    house.now += HOUR
    say(house, { ...FAILING, description: 'hall: still no answer', seq: 2 })
    expect(shown(house).alarms).toMatchObject([{ since: START, description: 'hall: still no answer' }])
  })

  it('and its end set what is true at the end when they come hours later and in any order', () => {
    const house = withDevice()
    house.now += 5 * HOUR
    const [failed, worked, failedAgain] = [
      { ...FAILING, seq: 10, at: START + 1 * HOUR },
      { ...RECOVERED, seq: 20, at: START + 2 * HOUR },
      { ...FAILING, description: 'hall: gone again', seq: 30, at: START + 3 * HOUR },
    ]
    say(house, { ...failedAgain, lane: 'urgent' })
    say(house, { ...failed, lane: 'backlog' })
    say(house, { ...worked, lane: 'live' })
    expect(shown(house).alarms).toMatchObject([{ description: 'hall: gone again', since: START + 3 * HOUR }])
    const other = withDevice()
    other.now += 5 * HOUR
    say(other, { ...worked, lane: 'live' })
    say(other, { ...failed, lane: 'backlog' })
    expect(shown(other).alarms).toEqual([])
  })

  it('of an older outbox does not undo what a newer one said', () => {
    const house = withDevice()
    house.now += 5 * HOUR
    say(house, { ...RECOVERED, epoch: 'memory', seq: 3, at: START + 4 * HOUR })
    say(house, { ...FAILING, epoch: 'disk', seq: 900, at: START + 1 * HOUR })
    expect(shown(house).alarms).toEqual([])
  })

  it('ends when the program on the device begins anew, but not one that it raised since', () => {
    const house = withDevice()
    say(house, { ...FAILING, seq: 1 })
    say(house, { type: 'sensor_failing', sensor: 'attic', seq: 9 })
    say(house, { type: 'agent_started', lane: 'live', seq: 5 })
    expect(parts(house)).toEqual(['attic'])
    say(house, { ...FAILING, lane: 'backlog', seq: 2 })
    expect(parts(house)).toEqual(['attic'])
    say(house, { type: 'outbox_in_memory', epoch: 'e2', lane: 'live', seq: 2 })
    say(house, { type: 'agent_started', epoch: 'e2', lane: 'live', seq: 3 })
    expect(parts(house)).toEqual([])
  })

  it('of a device without an outbox holds from one message to the other', () => {
    const house = withDevice()
    say(house, FAILING)
    expect(parts(house)).toEqual(['hall'])
    say(house, RECOVERED)
    expect(parts(house)).toEqual([])
  })

  it('outlives a restart of the hub, and is in its status and its health again', () => {
    const house = withDevice()
    say(house, { ...FAILING, seq: 1 })
    house.restart()
    expect(problems(house)).toMatchObject([{ code: 'device_alarm' }])
    expect(house.published('/status')).toMatchObject([{ alarms: [{ part: 'hall' }] }])
    say(house, { ...RECOVERED, seq: 2 })
    expect(parts(house)).toEqual([])
  })

  it('goes with its sensor, which an older word does not bring back', () => {
    const house = withDevice()
    introduce(house, ['hall', 'attic'])
    say(house, { ...FAILING, seq: 1 })
    say(house, { type: 'sensor_failing', sensor: 'attic', seq: 2 })
    introduce(house, ['attic'])
    expect(parts(house)).toEqual(['attic'])
    expect(house.published('/status')).toMatchObject([{ alarms: [{ part: 'attic' }] }])
    say(house, { ...FAILING, seq: 3 })
    expect(parts(house)).toEqual(['attic'])
    ask(house, commandInput('sensors/remove', { device: DEVICE, sensor: 'attic' }))
    expect(parts(house)).toEqual([])
  })

  it('goes with its device', () => {
    const house = withDevice()
    say(house, { ...FAILING, seq: 1 })
    ask(house, commandInput('devices/revoke', { device: DEVICE }))
    expect(house.effects).toContainEqual({ kind: 'problem', name: `device_alarm:${DEVICE}`, problem: null })
    expect(house.all('SELECT 1 FROM device_alarms')).toEqual([])
    house.restart()
    expect(problems(house)).toEqual([])
  })

  it('takes no more room than the limit, and those that ended make room', () => {
    const house = withDevice()
    const count = () => house.all<{ n: number }>('SELECT count(*) AS n FROM device_alarms')[0]?.n
    const made = Array.from({ length: ALARMS_PER_DEVICE + 50 }, (_, index) => index + 1).map((seq) => {
      const event = { type: 'sensor_failing', epoch: 'e1', lane: 'urgent', seq, data: { source: `made up ${seq}` } }
      return [`lares/${DEVICE}/event`, event] as const
    })
    expect(new Set(house.send(...made))).toEqual(new Set(['stored']))
    expect(count()).toBe(ALARMS_PER_DEVICE)
    say(house, { type: 'sensor_recovered', source: 'made up 1', seq: 1_000 })
    house.now += 1
    say(house, { type: 'sensor_failing', source: 'newest', seq: 1_001 })
    expect(count()).toBe(ALARMS_PER_DEVICE)
    expect(parts(house)[0]).toBe('newest')
  })
})

describe('the last error of a device', () => {
  it('is the newest one, stays when it is over, and no older one takes its place', () => {
    const house = withDevice()
    expect(shown(house).device).toMatchObject({ last_error: null, last_error_at: null })
    house.now += HOUR
    say(house, { ...FAILING, seq: 7 })
    say(house, { ...RECOVERED, seq: 8 })
    const last = { last_error: FAILING.description, last_error_at: START + HOUR }
    expect(shown(house).device).toMatchObject(last)
    const older = { type: 'row_parked', description: 'a row was set aside', at: START }
    say(house, { ...older, lane: 'backlog', seq: 3 })
    say(house, { type: 'button_pressed', lane: 'live', seq: 9 })
    house.restart()
    expect(shown(house).device).toMatchObject(last)
    say(house, { ...older, at: house.now, seq: 10 })
    expect(shown(house).device).toMatchObject({ last_error: 'a row was set aside' })
    expect(shown(house).alarms).toEqual([])
  })
})
