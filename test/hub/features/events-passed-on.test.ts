import { describe, expect, it } from 'vitest'
import { check } from '../../../shared/codec.ts'
import { EVENT_FRESH_MS } from '../../../shared/limits.ts'
import { heartbeat } from '../../../shared/messages/heartbeat.ts'
import { openTestHouse, START, type TestHouse } from '../engine/engine-in-memory.ts'

const BUTTON = { type: 'button_pressed', new_state: 'pressed', data: { button: 'bell' } }
const ALARM = { type: 'sensor_failing', description: 'dht: no answer' }

function withDevice(): TestHouse {
  const house = openTestHouse()
  house.device('kitchen-pi')
  return house
}

/** Sends an event that happened `ageMs` ago, as an agent does, and returns what the hub passes on of it. */
function passedOn(house: TestHouse, event: object, { lane = 'live', ageMs = 0, seq = 1, boot = 'b1' } = {}) {
  const sent = { at: house.now, mono: 1e9 }
  const message = { epoch: 'e1', lane, seq, boot, sent, at: house.now - ageMs, mono: 1e9 - ageMs, ...event }
  house.send(['lares/kitchen-pi/event', message])
  return house.effects.flatMap((effect) =>
    effect.kind === 'publish' && effect.topic === 'lares/kitchen-pi/event'
      ? [{ ...effect, payload: JSON.parse(effect.payload) as Record<string, unknown> }]
      : [],
  )
}

describe('an event of a device', () => {
  it('is passed on once it is on disk, with its age, and without what belongs to its outbox', () => {
    const passed = passedOn(withDevice(), BUTTON, { ageMs: 40 })
    expect(passed).toEqual([
      {
        kind: 'publish',
        topic: 'lares/kitchen-pi/event',
        qos: 0,
        retain: false,
        payload: {
          ...BUTTON,
          severity: 'info',
          description: 'A button of the device was pressed.',
          at: START - 40,
          age_ms: 40,
        },
      },
    ])
    expect(check('event', passed[0]?.payload)).toMatchObject({ ok: true })
  })

  it('of a type that a feature declares is passed on with what the feature says of it', () => {
    const house = withDevice()
    house.send(['lares/kitchen-pi/event', { type: 'job_failed' }])
    expect(house.published('kitchen-pi/event')).toMatchObject([
      { severity: 'error', description: 'Work that was not to be lost could not be done.' },
    ])
  })

  it('is passed on when it comes from a device without an outbox', () => {
    const house = withDevice()
    house.send(['lares/kitchen-pi/event', BUTTON])
    expect(house.published('kitchen-pi/event')).toMatchObject([{ type: 'button_pressed', age_ms: 0 }])
  })

  it('that waited on the device presses no button again', () => {
    const house = withDevice()
    expect(passedOn(house, BUTTON, { lane: 'backlog' })).toEqual([])
    expect(house.published('/admin/event')).toEqual([])
    expect(passedOn(house, ALARM, { lane: 'backlog', seq: 2 })).toEqual([])
    expect(passedOn(house, BUTTON, { ageMs: EVENT_FRESH_MS + 1 })).toEqual([])
    expect(passedOn(house, BUTTON, { seq: 2, boot: 'an older one', ageMs: 5_000 })).toHaveLength(1)
    expect(house.all("SELECT 1 FROM events WHERE source = 'device'")).toHaveLength(4)
  })

  it('of which nobody knows how old it is presses no button, but an alarm is passed on', () => {
    const house = withDevice()
    house.send([
      'lares/kitchen-pi/heartbeat',
      { ...heartbeat.sample, boot: 'b2', clock: { synced: false, source: null } },
    ])
    expect(passedOn(house, BUTTON)).toEqual([])
    expect(passedOn(house, ALARM, { seq: 2 })).toMatchObject([{ payload: { type: 'sensor_failing', age_ms: null } }])
  })

  it('that is an alarm is passed on however old it is, and is kept for who is away', () => {
    const house = withDevice()
    expect(passedOn(house, ALARM, { lane: 'urgent', ageMs: 3_600_000 })).toMatchObject([
      { qos: 1, payload: { severity: 'warning', age_ms: 3_600_000 } },
    ])
    expect(passedOn(house, { type: 'sensor_recovered' }, { lane: 'urgent', seq: 2, ageMs: 3_600_000 })).toHaveLength(1)
  })

  it('that comes twice is passed on once', () => {
    const house = withDevice()
    expect(passedOn(house, BUTTON)).toHaveLength(1)
    expect(passedOn(house, BUTTON)).toEqual([])
  })
})
