import { beforeEach, describe, expect, it } from 'vitest'
import { DEVICE, TalkUnderTest } from './talk-under-test.ts'

let it_: TalkUnderTest
beforeEach(() => {
  it_ = new TalkUnderTest()
})

const never = () => new Promise<never>(() => {})

describe('a turn', () => {
  it('is heard, answered, spoken, and listened on after', async () => {
    it_.say('t1')
    await it_.settled()
    expect(it_.asked).toEqual([{ turn: 't1', text: 'how warm is it' }])
    expect(it_.steps()).toEqual(['thinking', 'speaking'])
    expect(it_.told[1]).toEqual({
      ...{ session: 's1', epoch: 1, turn: 't1', step: 'speaking' },
      speech: { id: it_.speech, rate: 16_000 },
    })
    expect(it_.speeches.get(it_.speech)).toEqual({ frames: 25, samples: 16_000, over: true })
    await it_.passes(900)
    it_.played()
    await it_.settled()
    expect(it_.told.at(-1)).toMatchObject({ step: 'follow_up', listen_ms: 8_000 })
    expect(it_.answers).toMatchObject([
      {
        turn: 't1',
        answer: { text: 'It is warm.', heard: 'It is warm.', end: 'played', by: 'sentences', latencyMs: 900 },
      },
    ])
    expect(it_.talk.outcomes).toEqual({ answered: 1 })
    expect(it_.talk.open).toBe(0)
  })

  it('is followed by a while in which the device listens on, and is told when that is over', async () => {
    it_.say('t1')
    await it_.settled()
    it_.played()
    await it_.passes(7_900)
    expect(it_.steps().at(-1)).toBe('follow_up')
    await it_.passes(200)
    expect(it_.told.at(-1)).toMatchObject({ turn: 't1', step: 'ended', reason: 'idle' })
    it_.say('t2')
    await it_.settled()
    it_.played()
    await it_.settled()
    it_.begin('t3')
    await it_.passes(9_000)
    expect(it_.steps().at(-1)).toBe('follow_up')
  })

  it('is heard while it is spoken, once it is known that it is one', async () => {
    const taker = it_.begin('t1')
    await it_.settled()
    expect(it_.hearing).toEqual([])
    it_.opened('t1', { language: 'de' })
    await it_.settled()
    expect(it_.hearing).toMatchObject([{ samples: 8_000, options: { language: 'de' } }])
    taker.take({ kind: 'gap', lost: 1_000, dropped: 0 })
    taker.take({ kind: 'gap', lost: 100_000, dropped: 0 })
    expect(it_.hearing[0]?.samples).toBe(8_000 + 1_000 + 3_200)
  })

  it('has its first clause spoken before the second is made', async () => {
    it_.answer = async () => ({ kind: 'say', text: 'It is warm. The window is open.', language: 'en' })
    it_.voice = async function* (text) {
      yield 400
      if (text.startsWith('The')) await never()
    }
    it_.say('t1')
    await it_.settled()
    expect(it_.speaking.map(({ text }) => text)).toEqual(['It is warm.', 'The window is open.'])
    expect(it_.speeches.get(it_.speech)).toMatchObject({ over: false })
    expect(it_.speeches.get(it_.speech)?.samples).toBeGreaterThan(12_000)
  })

  it.each(['muted', 'stood_down', 'stopped', 'microphone_lost'] as const)(
    'that ends because it was %s is understood by nobody',
    async (reason) => {
      it_.say('t1', reason)
      await it_.settled()
      expect(it_.asked).toEqual([])
      expect(it_.hearing[0]?.options.signal?.aborted).toBe(true)
      expect(it_.talk.outcomes).toEqual({ not_meant: 1 })
    },
  )

  it('that the engine never grants is let go', async () => {
    const taker = it_.begin('t1')
    it_.talk.ended(DEVICE, 't1', 'silence')
    void taker.end('device')
    await it_.passes(10_100)
    expect(it_.talk.outcomes).toEqual({ not_meant: 1 })
    expect(it_.hearing).toEqual([])
  })

  it('in which nobody said anything is over without a word', async () => {
    it_.answer = async () => ({ kind: 'nothing' })
    it_.say('t1')
    await it_.settled()
    expect(it_.steps()).toEqual(['thinking', 'ended'])
    expect(it_.speeches.size).toBe(0)
    expect(it_.talk.outcomes).toEqual({ silent: 1 })
  })

  it('that cannot be understood is answered by an apology, and kept as one', async () => {
    it_.words = async () => {
      throw new Error('the process was killed')
    }
    it_.say('t1')
    await it_.settled()
    it_.played()
    await it_.settled()
    expect(it_.speaking).toMatchObject([{ text: 'sorry cannot_hear en' }])
    expect(it_.answers).toMatchObject([{ answer: { by: 'apology', error: 'the process was killed' } }])
    expect(it_.talk.outcomes).toEqual({ not_heard: 1 })
  })

  it('whose voice fails says so to the house, and the next one is answered', async () => {
    const { voice } = it_
    it_.voice = async function* () {
      yield 100
      throw new Error('no such voice')
    }
    it_.say('t1')
    await it_.settled()
    expect(it_.answers).toMatchObject([{ answer: { end: 'failed', error: 'no such voice' } }])
    expect(it_.speeches.get(it_.speech)?.over).toBe(true)
    it_.voice = voice
    it_.say('t2')
    await it_.settled()
    it_.played()
    await it_.settled()
    expect(it_.talk.outcomes).toEqual({ not_spoken: 1, answered: 1 })
  })

  it('of a device that plays nothing is over a while after its sound, and nobody heard it', async () => {
    it_.say('t1')
    await it_.settled()
    await it_.passes(6_100)
    expect(it_.answers).toMatchObject([{ answer: { end: 'unheard', heard: '' } }])
    expect(it_.talk.open).toBe(0)
  })
})

describe('an answer that is waited for', () => {
  it('is never silent for longer than two seconds, and what is spoken takes the place of that', async () => {
    const words = Promise.withResolvers<{ text: string; tookMs: number }>()
    it_.words = () => words.promise
    it_.say('t1')
    await it_.passes(1_900)
    expect(it_.speeches.size).toBe(1)
    expect(it_.speeches.get(it_.speech)).toMatchObject({ frames: 6, over: true })
    await it_.passes(1_700)
    expect(it_.speeches.size).toBe(2)
    words.resolve({ text: 'how warm is it', tookMs: 3_000 })
    await it_.settled()
    expect(it_.steps().at(-1)).toBe('speaking')
    await it_.passes(2_500)
    expect(it_.speeches.size).toBe(3)
  })
})

describe('somebody who speaks into an answer', () => {
  it('stops it: no further frame, the voice is ended, and only what was heard was said', async () => {
    it_.answer = async () => ({ kind: 'say', text: 'One two three four. Five six seven eight.', language: 'en' })
    it_.voice = async function* () {
      for (let n = 0; n < 10; n += 1) yield 400
    }
    it_.say('t1')
    await it_.settled()
    const first = it_.speech
    await it_.passes(1_000)
    const { frames } = it_.speeches.get(first) ?? {}
    it_.begin('t2')
    await it_.passes(1_000)
    expect(it_.speeches.get(first)).toMatchObject({ frames, over: false })
    it_.talk.playback(DEVICE, { speech: first, state: 'stopped', played_ms: 3_000, mono: 0 })
    await it_.passes(3_000)
    expect(it_.speeches.get(first)).toMatchObject({ frames, over: false })
    expect(it_.speaking[0]?.options.signal?.aborted).toBe(true)
    expect(it_.answers).toMatchObject([{ turn: 't1', answer: { end: 'stopped', heard: 'One two three' } }])
    expect(it_.steps()).not.toContain('follow_up')
    expect(it_.talk.outcomes).toEqual({ interrupted: 1 })
    expect(it_.talk.open).toBe(1)
  })

  it('while it is looked for, ends that, and a late word of it reaches nobody', async () => {
    const answer = Promise.withResolvers<{ kind: 'say'; text: string; language: string }>()
    it_.answer = () => answer.promise
    it_.say('t1')
    await it_.settled()
    it_.begin('t2')
    answer.resolve({ kind: 'say', text: 'Late.', language: 'en' })
    await it_.settled()
    expect(it_.speeches.size).toBe(0)
    expect(it_.talk.outcomes).toEqual({ interrupted: 1 })
  })
})

describe('a session that is over at a device', () => {
  it('ends what is said there, and nothing of another session', async () => {
    it_.say('t1')
    await it_.settled()
    it_.talk.sessionOver(DEVICE, 'another')
    expect(it_.speaking[0]?.options.signal?.aborted).toBe(false)
    it_.talk.sessionOver(DEVICE, 's1')
    await it_.passes(6_000)
    expect(it_.talk.outcomes).toEqual({ interrupted: 1 })
  })
})

describe('a thousand turns', () => {
  it('leave nothing open, and no timer', async () => {
    for (let n = 0; n < 1_000; n += 1) {
      it_.say(`t${n}`, n % 3 === 0 ? 'muted' : 'silence')
      await it_.settled()
      if (n % 3 !== 0) it_.played(n % 2 === 0 ? 'done' : 'stopped', 10)
      await it_.settled()
    }
    expect(it_.talk.open).toBe(0)
    await it_.passes(12_000)
    expect(it_.clock.pending).toBe(0)
  })
})

describe('what nobody asked for', () => {
  const announcement = { device: DEVICE, text: 'Dinner is ready.', language: 'en', isUrgent: false, session: null }

  it('is said when nobody speaks there, one after the other', async () => {
    it_.say('t1')
    await it_.settled()
    it_.talk.announce(announcement)
    it_.talk.announce({ ...announcement, text: 'Come.' })
    await it_.settled()
    expect(it_.speaking.map(({ text }) => text)).toEqual(['It is warm.'])
    it_.played()
    await it_.settled()
    expect(it_.speaking.map(({ text }) => text)).toEqual(['It is warm.', 'Dinner is ready.'])
    it_.played()
    await it_.settled()
    it_.played()
    await it_.settled()
    expect(it_.announced).toEqual([
      { text: 'Dinner is ready.', end: 'played' },
      { text: 'Come.', end: 'played' },
    ])
    expect(it_.told.at(-1)).toMatchObject({ session: 'announcement', step: 'ended' })
  })

  it('and is urgent takes the place of whatever is said there', async () => {
    it_.say('t1')
    await it_.settled()
    it_.talk.announce({ ...announcement, text: 'Fire.', isUrgent: true, session: { id: 's2', epoch: 1 } })
    await it_.settled()
    expect(it_.speaking.map(({ text }) => text)).toEqual(['It is warm.', 'Fire.'])
    expect(it_.speaking[0]?.options.signal?.aborted).toBe(true)
    expect(it_.told.at(-1)).toMatchObject({ session: 's2', step: 'speaking' })
    it_.talk.announce({ ...announcement, text: 'Get out.', isUrgent: true, session: { id: 's2', epoch: 1 } })
    await it_.settled()
    expect(it_.speaking.map(({ text }) => text)).toEqual(['It is warm.', 'Fire.', 'Get out.'])
    it_.played()
    await it_.passes(6_000)
    expect(it_.announced).toEqual([
      { text: 'Fire.', end: 'stopped' },
      { text: 'Get out.', end: 'played' },
    ])
  })

  it('is not said on a device that is not there, or when somebody speaks into it', async () => {
    it_.there = false
    it_.talk.announce(announcement)
    await it_.settled()
    expect(it_.announced).toEqual([{ text: 'Dinner is ready.', end: 'unheard' }])
    it_.there = true
    it_.talk.announce(announcement)
    await it_.settled()
    it_.begin('t1')
    expect(it_.speaking[0]?.options.signal?.aborted).toBe(true)
  })
})

describe('a hub that was away', () => {
  it('says sorry as soon as the device is back, and not after a minute', async () => {
    it_.there = false
    const turn = { device: DEVICE, session: 's1', epoch: 2, language: 'de' }
    const said = it_.talk.ownUp(turn)
    await it_.passes(5_000)
    expect(it_.speaking).toEqual([])
    it_.there = true
    await it_.passes(500)
    it_.played()
    await said
    expect(it_.speaking).toMatchObject([{ text: 'sorry interrupted de' }])
    expect(it_.told.at(-1)).toMatchObject({ session: 's1', epoch: 2, step: 'ended' })
    it_.there = false
    const late = it_.talk.ownUp(turn)
    await it_.passes(61_000)
    await late
    expect(it_.speaking).toHaveLength(1)
  })

  it('stops with everything that is said', async () => {
    it_.say('t1')
    await it_.settled()
    await it_.talk.stop()
    expect(it_.talk.open).toBe(0)
    expect(it_.talk.begin(DEVICE, 't2')).toEqual([])
  })
})
