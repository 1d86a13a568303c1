import { array, assert, constantFrom, integer, nat, property, record } from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  mayFollow,
  moveSession,
  nextState,
  SESSION_STATES,
  type SessionMove,
  type SessionState,
} from '../../../../hub/features/sessions/session-moves.ts'
import { readSources } from '../../../source-tree.ts'
import { arrives, ends, houseWithSpeakers, leaves, ROOMS, type Session, say, sessions, starts } from './talk.ts'

/** What may lie between two looks at a session: several moves may have happened. */
const REACHES: Readonly<Record<SessionState, readonly SessionState[]>> = {
  active: SESSION_STATES,
  paused: SESSION_STATES,
  handed_off: SESSION_STATES,
  ended: ['ended'],
}

const ACTIONS = [
  ...[
    'start',
    'end',
    'stale start',
    'stale end',
    'pause',
    'resume',
    'end session',
    'handoff',
    'back',
    'second',
    'minutes',
    'hour',
  ],
  ...['restart', 'leaves', 'arrives', 'emergency', 'calm', 'deactivate', 'activate'],
] as const

describe('a session', () => {
  it('never comes into a forbidden state, whatever is said in whatever order', () => {
    const step = record({
      action: constantFrom(...ACTIONS),
      room: constantFrom(...ROOMS),
      to: constantFrom(...ROOMS),
      epoch: nat(6),
      turn: integer({ min: 1, max: 4 }),
    })
    assert(
      property(array(step, { minLength: 5, maxLength: 40 }), (steps) => {
        const house = houseWithSpeakers()
        let before = new Map<string, Session>()
        for (const { action, room, to, epoch, turn } of steps) {
          const id = sessions(house)[epoch % Math.max(1, sessions(house).length)]?.id ?? 'none'
          const name = `t${turn}`
          house.now += 7
          if (action === 'start') starts(house, room, name)
          if (action === 'end') ends(house, room, name)
          if (action === 'stale start') starts(house, room, name, { session: id, epoch })
          if (action === 'stale end') ends(house, room, name, { session: id, epoch })
          if (action === 'pause') say(house, 'sessions/pause', { session: id })
          if (action === 'resume') say(house, 'sessions/resume', { session: id })
          if (action === 'end session') say(house, 'sessions/end', { session: id })
          if (action === 'handoff') say(house, 'sessions/handoff', { session: id, to })
          if (action === 'back') say(house, 'sessions/handoff', { session: id, back: true })
          if (action === 'second') house.tick(1_000)
          if (action === 'minutes') house.tick(121_000)
          if (action === 'hour') house.tick(3_601_000)
          if (action === 'restart') house.restart()
          if (action === 'leaves') leaves(house, room)
          if (action === 'arrives') arrives(house, room)
          if (action === 'emergency') say(house, 'devices/configure', { device: room, persona: 'emergency' })
          if (action === 'calm') say(house, 'devices/configure', { device: room, reset: 'persona' })
          if (action === 'deactivate') say(house, 'personas/deactivate', { persona: 'emergency' })
          if (action === 'activate') say(house, 'personas/activate', { persona: 'emergency' })
          const now = new Map(sessions(house).map((row) => [row.id, row]))
          for (const [key, was] of before) {
            const is = now.get(key)
            expect(is).toBeDefined()
            if (!is) continue
            expect(REACHES[was.state as SessionState]).toContain(is.state)
            expect([is.persona_id, is.persona_version]).toEqual([was.persona_id, was.persona_version])
            expect(is.epoch).toBeGreaterThanOrEqual(was.epoch)
            if (is.state !== was.state || is.device_id !== was.device_id) expect(is.epoch).toBeGreaterThan(was.epoch)
            if (was.state === 'ended') expect(is).toEqual(was)
          }
          for (const row of now.values()) {
            expect(SESSION_STATES).toContain(row.state)
            expect(row.ended_at !== null).toBe(row.state === 'ended')
          }
          const underWay = [...now.values()].filter(({ state }) => state === 'active' || state === 'handed_off')
          expect(new Set(underWay.map(({ device_id }) => device_id)).size).toBe(underWay.length)
          const pointed = house.all(
            'SELECT id, active_session_id FROM devices WHERE active_session_id IS NOT NULL ORDER BY id',
          )
          expect(pointed).toEqual(
            underWay
              .map((row) => ({ id: row.device_id, active_session_id: row.id }))
              .sort((a, b) => (a.id < b.id ? -1 : 1)),
          )
          before = now
        }
      }),
      { numRuns: 60 },
    )
  })

  it('comes out of an end by no move, and into each state only by its own', () => {
    const moves: SessionMove[] = ['pause', 'resume', 'prepare', 'commit', 'abandon', 'restart', 'end']
    expect(moves.map((move) => nextState('ended', move))).toEqual(moves.map(() => null))
    expect(moves.filter((move) => nextState('active', move) === 'active')).toEqual(['restart'])
    expect(nextState('paused', 'prepare')).toBeNull()
    expect(nextState('active', 'commit')).toBeNull()
  })

  it('is moved by whoever knows its number, once', () => {
    const house = houseWithSpeakers()
    starts(house, 'kitchen-pi', 't1')
    const [row] = sessions(house)
    const key = { id: row?.id ?? '', epoch: row?.epoch ?? 0 }
    // biome-ignore lint/suspicious/noExplicitAny: no more of a context is used
    const context: any = { db: house.db, now: house.now }
    expect(moveSession(context, key, 'pause')).toEqual({ ...key, epoch: 2 })
    expect(moveSession(context, key, 'resume')).toBeNull()
    expect(moveSession(context, { ...key, epoch: 2 }, 'resume')).toEqual({ ...key, epoch: 3 })
    expect(sessions(house)).toMatchObject([{ state: 'active', epoch: 3 }])
  })

  it('has its state written in one place', () => {
    const writers = readSources(['hub/**/*.ts']).filter(({ text }) =>
      /(?:UPDATE sessions SET (?:(?!WHERE)[^'"`])*\bstate = |INSERT INTO sessions \([^)]*\bstate\b)/.test(text),
    )
    expect(writers.map(({ path }) => path)).toEqual(['hub/features/sessions/session-moves.ts'])
  })

  it('goes through the steps of a turn in their order', () => {
    expect(mayFollow('idle', 'speaking')).toBe(false)
    expect(mayFollow('listening', 'speaking')).toBe(false)
    expect(mayFollow('thinking', 'speaking')).toBe(true)
    expect(mayFollow('speaking', 'listening')).toBe(true)
    expect(mayFollow('follow_up', 'thinking')).toBe(false)
  })
})
