import { beforeEach, describe, expect, it } from 'vitest'
import type { HeardAnswer, SpokenAnswer } from '../../../../hub/engine/spoken-turns.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { ends, houseWithSpeakers, say, starts } from '../sessions/talk.ts'

const KITCHEN = 'kitchen-pi'

let house: TestHouse
beforeEach(() => {
  house = houseWithSpeakers()
})

function heard(turn: string, text: string, device = KITCHEN) {
  return house.input<HeardAnswer>({ kind: 'turn_heard', device, turn, text, by: 'ears' })
}

function answered(turn: string, text: string, more: Partial<SpokenAnswer> = {}) {
  const answer: SpokenAnswer = {
    ...{ text, heard: text, end: 'played', by: 'sentences', voice: 'flite', tokens: null, error: null },
    ...{ stages: { began: 0, ended: 900, sounds: 1_070 }, latencyMs: 170.4, ...more },
  }
  return house.input({ kind: 'turn_answered', device: KITCHEN, turn, answer })
}

const said = () => house.all('SELECT role, content, response_latency_ms AS ms, turn_id FROM messages ORDER BY id')
const step = () =>
  house.all<{ step: string }>("SELECT context_snapshot ->> 'step' AS step FROM sessions ORDER BY created_at DESC")[0]
    ?.step
const clips = () => house.all<{ expires_at: number }>('SELECT expires_at FROM audio_clips')

describe('a turn that begins', () => {
  it('says in which session it is, who speaks there, and for how long to listen on', () => {
    say(house, 'personas/edit', { persona: 'companion', language: 'de-AT', follow_up_s: 3 })
    say(house, 'personas/publish', { persona: 'companion', notes: 'German' })
    starts(house, KITCHEN, 't1')
    const [session] = house.all<{ id: string; epoch: number }>('SELECT id, epoch FROM sessions')
    const opened = house.effects.flatMap((effect) => (effect.kind === 'turn_opened' ? [effect.opened] : []))
    expect(opened).toEqual([
      {
        ...{ device: KITCHEN, turn: 't1', session: session?.id, epoch: session?.epoch },
        speaks: {
          persona: 'companion',
          language: 'de',
          followUpMs: 3_000,
          bargeIn: 'wake_word',
          engines: { stt: [], tts: [], answer: [] },
        },
      },
    ])
  })

  it('is answered by nobody where every persona is inactive', () => {
    house.db.prepare('UPDATE personas SET is_active = 0').run()
    starts(house, KITCHEN, 't1')
    expect(house.effects.map(({ kind }) => kind)).not.toContain('turn_opened')
  })
})

describe('words that were understood', () => {
  it('are kept with what was answered, as far as it was heard, and how long it took', () => {
    starts(house, KITCHEN, 't1')
    ends(house, KITCHEN, 't1')
    expect(heard('t1', ' What time is it? ').value).toEqual({
      kind: 'say',
      text: 'It is midnight.',
      language: 'en',
    })
    expect(step()).toBe('thinking')
    house.now += 1_000
    answered('t1', 'It is midnight. Sleep well.', { heard: 'It is midnight.', end: 'stopped' })
    expect(said()).toEqual([
      { role: 'user', content: 'What time is it?', ms: null, turn_id: `${KITCHEN}/t1` },
      { role: 'assistant', content: 'It is midnight.', ms: 170, turn_id: `${KITCHEN}/t1` },
    ])
    expect(step()).toBe('idle')
    const [turn] = house.all<{ timings: string }>('SELECT timings FROM turns')
    expect(JSON.parse(turn?.timings ?? '')).toMatchObject({ stages: { ended: 900, sounds: 1_070 }, heard: 1 })
    const [{ context_snapshot = '' } = {}] = house.all<{ context_snapshot: string }>(
      'SELECT context_snapshot FROM sessions',
    )
    expect(JSON.parse(context_snapshot).messages).toHaveLength(2)
  })

  it('and come before the end of their turn is on the disk, which then changes nothing of who answers', () => {
    starts(house, KITCHEN, 't1')
    heard('t1', 'what time is it')
    ends(house, KITCHEN, 't1')
    expect(step()).toBe('thinking')
    answered('t1', 'It is midnight.')
    expect(step()).toBe('follow_up')
  })

  it('that nobody heard an answer to are kept without one', () => {
    starts(house, KITCHEN, 't1')
    heard('t1', 'what time is it')
    answered('t1', 'It is midnight.', { heard: '', end: 'unheard', latencyMs: null })
    expect(said()).toMatchObject([{ role: 'user' }])
  })

  it('come too late once the session was paused, ended or is elsewhere', () => {
    for (const verb of ['sessions/pause', 'sessions/end'] as const) {
      house = houseWithSpeakers()
      starts(house, KITCHEN, 't1')
      say(house, verb, { session: KITCHEN })
      expect(heard('t1', 'what time is it')).toEqual({ verdict: 'refused', value: { kind: 'nothing' } })
      expect(answered('t1', 'It is midnight.').verdict).toBe('refused')
      expect(said()).toEqual([])
    }
  })

  it('come too late once the session was paused and taken up again: that is another number', () => {
    starts(house, KITCHEN, 't1')
    say(house, 'sessions/pause', { session: KITCHEN })
    say(house, 'sessions/resume', { session: KITCHEN })
    expect(heard('t1', 'what time is it').verdict).toBe('refused')
    expect(said()).toEqual([])
  })

  it('that were said into the room and mean nothing are kept nowhere, and nobody is told so', () => {
    starts(house, KITCHEN, 't1', { trigger: 'voice' })
    expect(heard('t1', 'and now the weather for the weekend').value).toEqual({ kind: 'nothing' })
    expect(said()).toEqual([])
    expect(step()).toBe('idle')
    // Who pressed the button, or was answered a moment ago, is told.
    starts(house, KITCHEN, 't2', { trigger: 'button' })
    expect(heard('t2', 'and now the weather for the weekend').value).toMatchObject({
      text: 'I did not understand. I heard: and now the weather for the weekend.',
    })
    answered('t2', 'I did not understand.')
    starts(house, KITCHEN, 't3', { trigger: 'voice' })
    expect(heard('t3', 'the weekend').value).toMatchObject({ kind: 'say' })
    answered('t3', 'I did not understand.')
    house.now += 60_000
    starts(house, KITCHEN, 't4', { trigger: 'voice' })
    expect(heard('t4', 'the weekend').value).toEqual({ kind: 'nothing' })
  })

  it('that are none leave nothing', () => {
    starts(house, KITCHEN, 't1')
    expect(heard('t1', '  ').value).toEqual({ kind: 'nothing' })
    expect([said(), step()]).toEqual([[], 'idle'])
  })

  it('have the rights of the device in its own house, and of nobody else', () => {
    house.db.prepare("INSERT INTO houses (id, name, created_at, updated_at) VALUES ('h2', 'Other', 0, 0)").run()
    house.db.prepare("UPDATE devices SET house_id = 'h2' WHERE id = 'attic-pi'").run()
    starts(house, KITCHEN, 't1')
    heard('t1', 'set a timer for ten minutes')
    expect(house.all('SELECT house_id, device_id FROM timers')).toEqual([
      {
        house_id: house.all<{ id: string }>("SELECT house_id AS id FROM devices WHERE id = 'kitchen-pi'")[0]?.id,
        device_id: KITCHEN,
      },
    ])
    starts(house, 'attic-pi', 't2')
    expect(heard('t2', 'which timers are running', 'attic-pi').value).toMatchObject({ text: 'No timer is running.' })
  })
})

describe('the sound of words that are known', () => {
  const keepsAudio = (days: number) => {
    say(house, 'personas/edit', { persona: 'companion', audio_days: days })
    say(house, 'personas/publish', { persona: 'companion', notes: 'sound' })
  }

  it.each(['before', 'after'])('goes at the next look, whether it came %s them', (when) => {
    starts(house, KITCHEN, 't1')
    if (when === 'before') ends(house, KITCHEN, 't1')
    heard('t1', 'what time is it')
    if (when === 'after') ends(house, KITCHEN, 't1')
    house.tick(60_000)
    house.tick(1_000)
    expect(clips()).toEqual([])
  })

  it.each(['before', 'after'])(
    'goes at the next look where nobody was meant, whatever the persona says (%s)',
    (when) => {
      keepsAudio(7)
      for (const [turn, words] of [
        ['t1', 'and now the weather for the weekend'],
        ['t2', ''],
      ] as const) {
        starts(house, KITCHEN, turn, { trigger: 'voice' })
        if (when === 'before') ends(house, KITCHEN, turn)
        heard(turn, words)
        if (when === 'after') ends(house, KITCHEN, turn)
      }
      house.tick(60_000)
      house.tick(1_000)
      expect(clips()).toEqual([])
    },
  )

  it('stays where nobody understood it, and as long as the persona says', () => {
    starts(house, KITCHEN, 't1')
    ends(house, KITCHEN, 't1')
    house.tick(61_000)
    expect(clips()).toHaveLength(1)
    house = houseWithSpeakers()
    keepsAudio(2)
    starts(house, KITCHEN, 't1')
    ends(house, KITCHEN, 't1')
    heard('t1', 'what time is it')
    house.tick(86_400_000)
    expect(clips()).toHaveLength(1)
    house.tick(86_400_000)
    expect(clips()).toEqual([])
  })
})

describe('words that were said', () => {
  it('stay as long as the persona of their session says, and those of others as the house keeps them', () => {
    starts(house, 'hall-pi', 't0')
    heard('t0', 'what time is it', 'hall-pi')
    say(house, 'personas/edit', { persona: 'companion', transcript_days: 2 })
    say(house, 'personas/publish', { persona: 'companion', notes: 'words' })
    starts(house, KITCHEN, 't1')
    heard('t1', 'what time is it')
    answered('t1', 'It is midnight.')
    house.tick(2 * 86_400_000 - 60_000)
    expect(said()).toHaveLength(3)
    house.tick(120_000)
    expect(said()).toMatchObject([{ turn_id: 'hall-pi/t0' }])
  })
})

describe('a hub that comes back', () => {
  const ownedUp = () => house.effects.filter(({ kind }) => kind === 'own_up')

  it('says sorry where somebody spoke or waited for an answer', () => {
    starts(house, KITCHEN, 't1')
    heard('t1', 'what time is it')
    starts(house, 'hall-pi', 't2')
    house.restart()
    const [kitchen, hall] = house.all<{ id: string; epoch: number; device_id: string }>(
      'SELECT id, epoch, device_id FROM sessions ORDER BY device_id DESC',
    )
    expect(ownedUp()).toEqual([
      { kind: 'own_up', device: KITCHEN, session: kitchen?.id, epoch: kitchen?.epoch, language: 'en' },
      { kind: 'own_up', device: 'hall-pi', session: hall?.id, epoch: hall?.epoch, language: 'en' },
    ])
    expect(step()).toBe('idle')
  })

  it('says nothing where nobody waits any more', () => {
    starts(house, KITCHEN, 't1')
    heard('t1', 'what time is it')
    answered('t1', 'It is midnight.')
    house.restart()
    expect(ownedUp()).toEqual([])
    starts(house, KITCHEN, 't2')
    house.now += 600_000
    house.restart()
    expect(ownedUp()).toEqual([])
  })
})
