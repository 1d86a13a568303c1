import { beforeEach, describe, expect, it } from 'vitest'
import type { UnaskedSpeech } from '../../../../hub/engine/spoken-turns.ts'
import { ask, commandInput } from '../../engine/ask.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { houseWithSpeakers, leaves, say, starts, states } from '../sessions/talk.ts'

let house: TestHouse
beforeEach(() => {
  house = houseWithSpeakers()
})

function announced(params: Record<string, unknown>): { said: string[]; missed: Record<string, string> } {
  const { status, data, error } = say(house, 'voice/say', { text: 'Dinner is ready', ...params })
  if (status !== 'ok') throw new Error(`${error?.message} ${error?.hint}`)
  const { said, missed } = data as { said: { device: string }[]; missed: { device: string; why: string }[] }
  return {
    said: said.map(({ device }) => device),
    missed: Object.fromEntries(missed.map(({ device, why }) => [device, why])),
  }
}
const spoken = (): UnaskedSpeech[] =>
  house.effects.flatMap((effect) => (effect.kind === 'announce' ? effect.announcements : []))

describe('something said aloud', () => {
  it('is said on all speakers of the house, and says whom it missed', () => {
    leaves(house, 'attic-pi')
    house.device('sensor-only')
    expect(announced({})).toEqual({ said: ['hall-pi', 'kitchen-pi'], missed: { 'attic-pi': 'it is offline' } })
    expect(spoken()).toEqual(
      ['hall-pi', 'kitchen-pi'].map((device) => ({
        ...{ device, text: 'Dinner is ready', language: 'en', isUrgent: false, session: null },
      })),
    )
    expect(house.all("SELECT event_data AS data FROM events WHERE event_type = 'announced'")).toEqual([
      { data: JSON.stringify({ by: 'local', said: ['hall-pi', 'kitchen-pi'], missed: ['attic-pi'] }) },
    ])
  })

  it('is said on one, or in a group or room, and not in its quiet hours', () => {
    expect(announced({ device: 'hall-pi' }).said).toEqual(['hall-pi'])
    say(house, 'rooms/create', { name: 'Kitchen' })
    say(house, 'devices/move', { device: 'kitchen-pi', room: 'Kitchen' })
    expect(announced({ room: 'kitchen' }).said).toEqual(['kitchen-pi'])
    say(house, 'groups/create', { name: 'Night', quiet: '22:00-07:00' })
    say(house, 'groups/assign', { group: 'Night', device: 'attic-pi' })
    house.db.prepare("UPDATE houses SET timezone = 'UTC'").run()
    expect(announced({ group: 'Night' })).toEqual({ said: [], missed: { 'attic-pi': 'its group has quiet hours' } })
    expect(announced({ group: 'Night', urgent: true }).said).toEqual(['attic-pi'])
    house.now += 9 * 3_600_000
    expect(announced({ group: 'Night' }).said).toEqual(['attic-pi'])
  })

  it('is heard nowhere where no voice is, and says what to install', () => {
    const input = commandInput('voice/say', { text: 'Dinner is ready' }, { prepared: false })
    const { data } = ask(house, input)
    expect(data).toMatchObject({ said: [], missed: [{ why: expect.stringContaining('install flite') }, {}, {}] })
    expect(spoken()).toEqual([])
  })

  it('says what there is where there is no speaker', () => {
    house.device('sensor-only')
    expect(announced({ device: 'sensor-only' })).toEqual({ said: [], missed: { 'sensor-only': 'it has no speaker' } })
    say(house, 'rooms/create', { name: 'Attic' })
    expect(() => announced({ room: 'Attic' })).toThrow(
      'no speaker is there lares devices list shows what each can do; a speaker has audio_output.',
    )
  })
})

describe('something urgent', () => {
  const running = () =>
    house.all<{ state: string; persona_id: string }>(
      'SELECT state, persona_id FROM sessions ORDER BY created_at, rowid',
    )

  it('pauses what runs, is said by whoever speaks in emergencies, and gives back', () => {
    starts(house, 'kitchen-pi', 't1')
    house.now += 1_000
    announced({ device: 'kitchen-pi', urgent: true })
    expect(running()).toEqual([
      { state: 'paused', persona_id: 'companion' },
      { state: 'active', persona_id: 'emergency' },
    ])
    const [one] = spoken()
    expect(one).toMatchObject({ isUrgent: true, session: { epoch: 1 } })
    expect(house.effects.map(({ kind }) => kind)).toContain('session_left')
    expect(house.all('SELECT role, content, persona_id FROM messages')).toEqual([
      { role: 'assistant', content: 'Dinner is ready', persona_id: 'emergency' },
    ])
    const { session = null } = one ?? {}
    house.input({ kind: 'announced', device: 'kitchen-pi', session, isUrgent: true, end: 'played' })
    expect(running()).toEqual([
      { state: 'active', persona_id: 'companion' },
      { state: 'ended', persona_id: 'emergency' },
    ])
  })

  it('goes on in the session that is for it, and stays open while somebody answers', () => {
    announced({ device: 'kitchen-pi', urgent: true })
    house.now += 1_000
    announced({ device: 'kitchen-pi', urgent: true })
    expect(states(house)).toEqual(['active'])
    const [{ session } = { session: null }] = spoken()
    starts(house, 'kitchen-pi', 't1')
    house.input({ kind: 'announced', device: 'kitchen-pi', session, isUrgent: true, end: 'stopped' })
    expect(states(house)).toEqual(['active'])
  })

  it('that no speaker played is an event', () => {
    house.input({ kind: 'announced', device: 'kitchen-pi', session: null, isUrgent: true, end: 'unheard' })
    house.input({ kind: 'announced', device: 'kitchen-pi', session: null, isUrgent: false, end: 'unheard' })
    expect(house.all("SELECT device_id FROM events WHERE event_type = 'announcement_missed'")).toHaveLength(1)
  })

  it('is said without a session where nobody is for emergencies', () => {
    house.db.prepare('UPDATE personas SET is_active = 0 WHERE priority >= 100').run()
    announced({ device: 'kitchen-pi', urgent: true })
    expect(spoken()).toMatchObject([{ isUrgent: true, session: null }])
    expect(states(house)).toEqual([])
  })
})
