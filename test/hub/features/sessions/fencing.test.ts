import { beforeEach, describe, expect, it } from 'vitest'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { ends, houseWithSpeakers, IDLE_MS, say, sessions, starts, states, told } from './talk.ts'

let house: TestHouse
beforeEach(() => {
  house = houseWithSpeakers()
})

const snapshot = (at = 0) =>
  JSON.parse(
    house.all<{ context_snapshot: string }>('SELECT context_snapshot FROM sessions ORDER BY created_at, rowid')[at]
      ?.context_snapshot ?? '',
  )
const turns = () => house.all('SELECT id, phase, session_id FROM turns ORDER BY id')

describe('the number of a session', () => {
  it('has a message with an older one change nothing of the session, and the sound of it stay', () => {
    starts(house, 'kitchen-pi', 't1')
    const [talk] = sessions(house)
    const fence = { session: talk?.id ?? '', epoch: talk?.epoch ?? 0 }
    say(house, 'sessions/pause', { session: 'kitchen-pi' })
    const paused = sessions(house)
    house.now += 1_000
    ends(house, 'kitchen-pi', 't1', fence)
    expect(sessions(house)).toEqual(paused)
    expect(turns()).toMatchObject([{ phase: 'ended' }])
    expect(house.all('SELECT completeness FROM audio_clips')).toEqual([{ completeness: 'complete' }])
    expect(told(house, 'kitchen-pi')).toMatchObject([{ step: 'stored', turn: 't1', epoch: 2 }])
  })

  it('has the end of a turn that began before it say nothing, also where the device says the new one or none', () => {
    for (const claim of [{ epoch: 2 }, {}]) {
      house = houseWithSpeakers()
      starts(house, 'kitchen-pi', 't1')
      say(house, 'sessions/pause', { session: 'kitchen-pi' })
      say(house, 'sessions/resume', { session: 'kitchen-pi' })
      const before = sessions(house)
      house.now += 60_000
      const session = before[0]?.id ?? ''
      ends(house, 'kitchen-pi', 't1', 'epoch' in claim ? { session, ...claim } : {})
      expect(sessions(house)).toEqual(before)
    }
  })

  it('has a turn that claims a session wrongly stand down, and begins nothing for it', () => {
    starts(house, 'kitchen-pi', 't1')
    ends(house, 'kitchen-pi', 't1')
    const before = sessions(house)
    const [{ id = '', epoch = 0 } = {}] = before
    for (const [device, claim] of [
      ['kitchen-pi', { session: id, epoch: epoch - 1 }],
      ['kitchen-pi', { session: id, epoch: epoch + 1 }],
      ['kitchen-pi', { session: 'nobody', epoch: 1 }],
      ['hall-pi', { session: id, epoch }],
    ] as const) {
      starts(house, device, 't2', claim)
      expect(told(house, device)).toMatchObject([{ turn: 't2', step: 'stand_down', reason: 'stale' }])
      const { file } = ends(house, device, 't2', claim)
      expect(house.effects).toContainEqual({ kind: 'delete_clip', file })
      expect(sessions(house)).toEqual(before)
      expect(turns()).toHaveLength(1)
    }
    starts(house, 'kitchen-pi', 't3', { session: id, epoch })
    expect(told(house, 'kitchen-pi')).toMatchObject([{ turn: 't3', step: 'granted', session: id }])
  })
})

describe('the context of a session', () => {
  it('is written down with every turn, and names what was said without its words', () => {
    starts(house, 'kitchen-pi', 't1')
    expect(snapshot()).toMatchObject({ step: 'listening', device: 'kitchen-pi', turn: 't1', turns: 1, messages: [] })
    house.db.exec(
      "INSERT INTO messages (id, session_id, turn_id, role, content, created_at, updated_at) SELECT 'm', id, 'kitchen-pi/t1', 'user', 'How warm is it?', 1, 1 FROM sessions",
    )
    ends(house, 'kitchen-pi', 't1')
    const whole = { step: 'idle', turn: 't1', messages: ['m'] }
    expect(snapshot()).toMatchObject(whole)
    expect(JSON.stringify(snapshot())).not.toContain('warm')
    house.restart()
    expect(snapshot()).toMatchObject(whole)
  })
})

describe('a persona', () => {
  it('and its version stay those of the session while others are published, and the next session has the new one', () => {
    starts(house, 'kitchen-pi', 't1')
    ends(house, 'kitchen-pi', 't1')
    say(house, 'personas/edit', { persona: 'companion', rate: 0.9 })
    say(house, 'personas/publish', { persona: 'companion' })
    starts(house, 'kitchen-pi', 't2')
    ends(house, 'kitchen-pi', 't2')
    house.restart()
    starts(house, 'kitchen-pi', 't3')
    expect(sessions(house)).toMatchObject([{ persona_version: '1.0.0', state: 'active' }])
    ends(house, 'kitchen-pi', 't3')
    house.tick(IDLE_MS)
    starts(house, 'kitchen-pi', 't4')
    expect(sessions(house).map(({ persona_version }) => persona_version)).toEqual(['1.0.0', '1.0.1'])
  })

  it('that the device was given speaks from the next turn on', () => {
    starts(house, 'kitchen-pi', 't1')
    ends(house, 'kitchen-pi', 't1')
    say(house, 'devices/configure', { device: 'kitchen-pi', persona: 'medication_nurse' })
    starts(house, 'kitchen-pi', 't2')
    expect(sessions(house)).toMatchObject([
      { persona_id: 'companion', state: 'ended' },
      { persona_id: 'medication_nurse', state: 'active' },
    ])
    expect(house.all("SELECT old_state, new_state FROM events WHERE event_type = 'persona_switch'")).toEqual([
      { old_state: 'companion', new_state: 'medication_nurse' },
    ])
  })

  it('that was deactivated speaks in no further turn of its session', () => {
    say(house, 'devices/configure', { device: 'kitchen-pi', persona: 'medication_nurse' })
    starts(house, 'kitchen-pi', 't1')
    ends(house, 'kitchen-pi', 't1')
    say(house, 'personas/deactivate', { persona: 'medication_nurse' })
    starts(house, 'kitchen-pi', 't2')
    expect(sessions(house)).toMatchObject([{ state: 'ended' }, { persona_id: 'companion', state: 'active' }])
  })

  it('that came from another room and was deactivated speaks in no further turn there', () => {
    say(house, 'devices/configure', { device: 'kitchen-pi', persona: 'medication_nurse' })
    starts(house, 'kitchen-pi', 't1')
    ends(house, 'kitchen-pi', 't1')
    say(house, 'sessions/handoff', { session: 'kitchen-pi', to: 'hall-pi' })
    house.tick(1_000)
    say(house, 'personas/deactivate', { persona: 'medication_nurse' })
    starts(house, 'hall-pi', 't2')
    expect(sessions(house)).toMatchObject([{ state: 'ended' }, { persona_id: 'companion', device_id: 'hall-pi' }])
  })

  it('for emergencies pauses what runs, and gives it back when it is over', () => {
    starts(house, 'kitchen-pi', 't1')
    ends(house, 'kitchen-pi', 't1')
    say(house, 'devices/configure', { device: 'kitchen-pi', persona: 'emergency' })
    starts(house, 'kitchen-pi', 't2')
    ends(house, 'kitchen-pi', 't2')
    expect(sessions(house)).toMatchObject([
      { persona_id: 'companion', state: 'paused' },
      { persona_id: 'emergency', state: 'active' },
    ])
    say(house, 'devices/configure', { device: 'kitchen-pi', reset: 'persona' })
    say(house, 'sessions/end', { session: 'kitchen-pi' })
    expect(states(house)).toEqual(['active', 'ended'])
    starts(house, 'kitchen-pi', 't3')
    expect(states(house)).toEqual(['active', 'ended'])
  })

  it('keeps sound no longer than it says', () => {
    say(house, 'personas/edit', { persona: 'companion', audio_days: 0 })
    say(house, 'personas/publish', { persona: 'companion' })
    starts(house, 'kitchen-pi', 't1')
    const { file } = ends(house, 'kitchen-pi', 't1')
    house.tick(60_001)
    expect(house.effects).toContainEqual({ kind: 'delete_clip', file })
    expect(house.all('SELECT 1 FROM audio_clips')).toEqual([])
    expect(turns()).toHaveLength(1)
  })
})

describe('whoever carries a device', () => {
  it('is the person of its sessions', () => {
    house.db.exec(
      "INSERT INTO users (id, email, role, created_at, updated_at) VALUES ('anna', 'anna@example.com', 'user', 1, 1);" +
        "INSERT INTO people (id, house_id, user_id, name, role, created_at, updated_at) SELECT 'p1', id, 'anna', 'Anna', 'resident', 1, 1 FROM houses;" +
        "UPDATE devices SET carried_by = 'p1' WHERE id = 'hall-pi'",
    )
    starts(house, 'hall-pi', 't1')
    starts(house, 'kitchen-pi', 't1')
    expect(sessions(house).map(({ user_id }) => user_id)).toEqual(['anna', null])
  })
})
