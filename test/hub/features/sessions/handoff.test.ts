import { beforeEach, describe, expect, it } from 'vitest'
import { memberOf } from '../../callers.ts'
import { ask, commandInput, data } from '../../engine/ask.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { finishErasing } from '../erasures/lived-in.ts'
import { arrives, ends, houseWithSpeakers, leaves, say, sessions, starts, states, told } from './talk.ts'

let house: TestHouse
beforeEach(() => {
  house = houseWithSpeakers()
  starts(house, 'kitchen-pi', 't1')
  ends(house, 'kitchen-pi', 't1')
})

const history = () =>
  JSON.parse(
    house.all<{ handoff_history: string }>('SELECT handoff_history FROM sessions ORDER BY created_at, rowid')[0]
      ?.handoff_history ?? '',
  )
const handOver = (to: string, more: object = {}) =>
  say(house, 'sessions/handoff', { session: sessions(house)[0]?.id, to, ...more })
const back = () => say(house, 'sessions/handoff', { session: sessions(house)[0]?.id, back: true })

describe('a handoff', () => {
  it('is prepared, then the other device has the session, and then the first one is told to stop', () => {
    expect(data(handOver('hall-pi'))).toMatchObject({
      state: 'handed_off',
      device: 'kitchen-pi',
      to: 'hall-pi',
      epoch: 2,
    })
    expect(states(house)).toEqual(['handed_off'])
    house.tick(1_000)
    expect(sessions(house)).toMatchObject([{ device_id: 'hall-pi', state: 'active', epoch: 3 }])
    expect(told(house, 'kitchen-pi')).toMatchObject([{ step: 'ended', reason: 'handed_over', epoch: 3 }])
    expect(told(house, 'hall-pi')).toMatchObject([{ step: 'granted', reason: 'handed_over', epoch: 3 }])
    expect(history()).toMatchObject([
      { from: 'kitchen-pi', to: 'hall-pi', by: 'local', committed_at: house.now, is_back: false },
    ])
    starts(house, 'hall-pi', 't2')
    ends(house, 'hall-pi', 't2')
    expect(house.all('SELECT DISTINCT session_id FROM turns')).toHaveLength(1)
    starts(house, 'kitchen-pi', 't3')
    expect(sessions(house)).toHaveLength(2)
    expect(house.all("SELECT device_id, old_state, new_state FROM events WHERE event_type = 'handoff'")).toEqual([
      { device_id: 'hall-pi', old_state: 'kitchen-pi', new_state: 'hall-pi' },
    ])
  })

  it('keeps its persona where the other device has another', () => {
    say(house, 'devices/configure', { device: 'hall-pi', persona: 'medication_nurse' })
    handOver('hall-pi')
    house.tick(1_000)
    starts(house, 'hall-pi', 't2')
    expect(sessions(house)).toMatchObject([{ persona_id: 'companion', state: 'active' }])
  })

  it('is taken back within ten seconds, and not later nor twice', () => {
    handOver('hall-pi')
    house.tick(1_000)
    house.now += 9_000
    expect(data(back())).toMatchObject({ to: 'kitchen-pi', state: 'handed_off' })
    house.tick(1_000)
    expect(sessions(house)).toMatchObject([{ device_id: 'kitchen-pi', state: 'active', epoch: 5 }])
    expect(history()).toMatchObject([{ is_back: false }, { is_back: true, to: 'kitchen-pi' }])
    expect(back().error).toMatchObject({ message: 'there is no handoff to take back' })
    handOver('hall-pi')
    house.tick(1_000)
    house.now += 10_001
    expect(back().error).toMatchObject({
      ...{
        message: 'the handoff is longer ago than ten seconds',
        hint: expect.stringMatching(/handoff \S+ kitchen-pi/),
      },
    })
  })

  it('of two at once only the first happens', () => {
    const [{ epoch = 0 } = {}] = sessions(house)
    expect(handOver('hall-pi', { epoch }).status).toBe('ok')
    expect(handOver('attic-pi', { epoch }).error).toMatchObject({
      message: `the conversation has the number ${epoch + 1} and not ${epoch}`,
    })
    expect(handOver('attic-pi').error).toMatchObject({ message: 'the conversation is on its way to another device' })
    house.tick(1_000)
    expect(sessions(house)).toMatchObject([{ device_id: 'hall-pi', state: 'active' }])
    expect(history()).toHaveLength(1)
  })

  it('does not happen when the other device vanishes before it has it', () => {
    handOver('hall-pi')
    leaves(house, 'hall-pi')
    house.tick(1_000)
    expect(sessions(house)).toMatchObject([{ device_id: 'kitchen-pi', state: 'active', epoch: 3 }])
    expect(history()).toMatchObject([{ committed_at: null, abandoned_at: house.now, reason: 'hall-pi is offline' }])
    expect(house.all("SELECT description FROM events WHERE event_type = 'handoff_abandoned'")).toEqual([
      { description: 'The conversation stays: hall-pi is offline.' },
    ])
    arrives(house, 'hall-pi')
    house.tick(1_000)
    expect(sessions(house)).toMatchObject([{ device_id: 'kitchen-pi' }])
  })

  it('does not happen when somebody speaks on where it was, ends it, or the hub restarts', () => {
    handOver('hall-pi')
    starts(house, 'kitchen-pi', 't2')
    house.tick(1_000)
    expect(sessions(house)).toMatchObject([{ device_id: 'kitchen-pi', state: 'active' }])
    ends(house, 'kitchen-pi', 't2')
    handOver('hall-pi')
    house.restart()
    house.tick(1_000)
    expect(sessions(house)).toMatchObject([{ device_id: 'kitchen-pi', state: 'active' }])
    for (const room of ['kitchen-pi', 'hall-pi']) arrives(house, room)
    handOver('hall-pi')
    say(house, 'sessions/end', { session: sessions(house)[0]?.id })
    house.tick(1_000)
    expect(sessions(house)).toMatchObject([{ device_id: 'kitchen-pi', state: 'ended' }])
  })

  it('goes only to a device of the house that is there, hears, speaks and is free', () => {
    expect(handOver('kitchen-pi').error).toMatchObject({ message: 'the conversation is at kitchen-pi already' })
    starts(house, 'attic-pi', 't1')
    expect(handOver('attic-pi').error).toMatchObject({ message: 'somebody is speaking to attic-pi' })
    leaves(house, 'hall-pi')
    expect(handOver('hall-pi').error).toMatchObject({ message: 'hall-pi is offline' })
    arrives(house, 'hall-pi')
    house.db.exec("UPDATE devices SET capabilities = '[\"audio_input\"]' WHERE id = 'hall-pi'")
    expect(handOver('hall-pi').error).toMatchObject({ message: 'hall-pi has no speaker' })
    house.db.exec(
      "INSERT INTO houses (id, name, created_at, updated_at) VALUES ('other', 'Other', 2, 2); UPDATE devices SET house_id = 'other' WHERE id = 'hall-pi'",
    )
    expect(handOver('hall-pi').error).toMatchObject({ message: 'hall-pi is in another house' })
    say(house, 'sessions/pause', { session: sessions(house)[0]?.id })
    expect(handOver('attic-pi').error).toMatchObject({ message: 'the conversation is paused' })
    expect(say(house, 'sessions/handoff', { session: 'kitchen-pi' }).error).toMatchObject({ code: 'bad_params' })
    expect(states(house)).toEqual(['paused', 'active'])
  })
})

describe('what is said to a session', () => {
  it('pauses it, takes it up again and ends it, and says so where it cannot', () => {
    expect(data(say(house, 'sessions/pause', { session: 'kitchen-pi' }))).toMatchObject({ state: 'paused', epoch: 2 })
    expect(say(house, 'sessions/pause', { session: 'kitchen-pi' }).error).toMatchObject({
      message: 'the conversation is paused',
    })
    starts(house, 'kitchen-pi', 't2')
    const [first, second] = sessions(house)
    expect(say(house, 'sessions/resume', { session: first?.id }).error).toMatchObject({
      hint: `End that one first: lares sessions end ${second?.id}.`,
    })
    say(house, 'sessions/end', { session: second?.id })
    expect(data(say(house, 'sessions/resume', { session: first?.id }))).toMatchObject({ state: 'active' })
    say(house, 'sessions/end', { session: 'kitchen-pi' })
    expect(say(house, 'sessions/end', { session: first?.id }).error).toMatchObject({
      message: 'the conversation is over',
    })
    expect(say(house, 'sessions/end', { session: 'kitchen-pi' }).error).toMatchObject({ code: 'not_found' })
  })

  it('is over an hour after it was paused, also over a restart of the hub', () => {
    say(house, 'sessions/pause', { session: 'kitchen-pi' })
    house.tick(1_800_000)
    house.restart()
    expect(states(house)).toEqual(['paused'])
    house.tick(1_800_000)
    expect(states(house)).toEqual(['ended'])
  })

  it('is said by people of its house alone', () => {
    const [{ id = '' } = {}] = sessions(house)
    const home = String(house.db.prepare('SELECT id FROM houses').pluck().get())
    const as = (caller: ReturnType<typeof memberOf>) =>
      ask(house, commandInput('sessions/end', { session: id }, { caller }))
    expect(as(memberOf('guest', home)).error).toMatchObject({ code: 'forbidden' })
    expect(as(memberOf('owner', 'another')).error).toMatchObject({ code: 'not_found' })
    expect(as(memberOf('resident', home)).status).toBe('ok')
  })
})

describe('a device that is erased', () => {
  it('takes along what was said to it, and nothing that was said elsewhere', () => {
    handOver('hall-pi')
    house.tick(1_000)
    starts(house, 'hall-pi', 't2')
    ends(house, 'hall-pi', 't2')
    const [{ id = '' } = {}] = sessions(house)
    data(say(house, 'devices/erase', { device: 'hall-pi' }))
    finishErasing(house)
    expect(sessions(house)).toMatchObject([{ id, device_id: 'kitchen-pi', state: 'ended' }])
    expect(house.all('SELECT id FROM turns')).toEqual([{ id: 'kitchen-pi/t1' }])
    expect(house.all('SELECT turn_id FROM audio_clips')).toEqual([{ turn_id: 'kitchen-pi/t1' }])
  })
})
