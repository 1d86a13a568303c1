import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { QueueRule, SoundPiece, SoundTaker, TurnEnd } from '../../../hub/contract/sound-taker.ts'
import { TakerQueue } from '../../../hub/voice/taker-queue.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { inWords, Listener } from './listener.ts'
import { pcmOf } from './sound.ts'

const FRAME_MS = 40
const FRAME_SAMPLES = 640

function queueOf<Taker extends SoundTaker>(taker: Taker, clock = new ManualClock()) {
  const counts = { taken: 0, dropped: 0, failed: 0 }
  const faults: string[] = []
  const queue = new TakerQueue({ taker, clock, counts, failed: (error) => faults.push(error.message) })
  const offer = (from: number, to = from + 1) => {
    for (let seq = from; seq < to; seq++) queue.offer({ kind: 'sound', pcm: pcmOf(seq) })
  }
  const lose = (frames: number) => queue.offer({ kind: 'gap', lost: frames * FRAME_SAMPLES, dropped: 0 })
  const inFrames = () => ({ taken: counts.taken / FRAME_SAMPLES, dropped: counts.dropped / FRAME_SAMPLES })
  return { queue, clock, counts, faults, offer, lose, taker, inFrames }
}

const given = ({ pieces }: { pieces: SoundPiece[] }) => pieces.map(inWords)

describe('a taker that keeps up', () => {
  it('is given every piece at once and in order, what is missing with its length, and then the end', () => {
    const taker = new Listener()
    taker.prompt = true
    const it = queueOf(taker)
    it.offer(0, 2)
    it.lose(3)
    it.offer(5)
    expect(given(taker)).toEqual([0, 1, 'lost 120, dropped 0', 5])
    it.queue.end('device')
    expect(taker.ends).toEqual(['device'])
    expect(it.inFrames()).toEqual({ taken: 3, dropped: 0 })
  })

  it('is given the next piece when it is done with the one before, and the end after the last', async () => {
    const taker = new Listener()
    const it = queueOf(taker)
    it.offer(0, 3)
    expect(given(taker)).toEqual([0])
    await taker.done()
    expect(given(taker)).toEqual([0, 1])
    it.queue.end('silence')
    await taker.done()
    expect(taker.ends).toEqual([])
    await taker.done()
    expect(given(taker)).toEqual([0, 1, 2])
    expect(taker.ends).toEqual(['silence'])
    expect(it.faults).toEqual([])
    expect(it.inFrames()).toEqual({ taken: 3, dropped: 0 })
  })
})

describe('a taker that falls behind', () => {
  it('misses the oldest when that is its rule, and is told how much', async () => {
    const it = queueOf(new Listener({ waitingMs: 10 * FRAME_MS }))
    it.offer(0, 11)
    expect(it.inFrames()).toEqual({ taken: 0, dropped: 0 })
    it.offer(11, 16)
    expect(it.queue.waitingMs).toBe(10 * FRAME_MS)
    it.queue.end('device')
    await it.taker.done({ all: true })
    expect(given(it.taker)).toEqual([0, 'lost 0, dropped 200', ...Array.from({ length: 10 }, (_, index) => 6 + index)])
    expect(it.taker.ends).toEqual(['device'])
    expect(it.inFrames()).toEqual({ taken: 11, dropped: 5 })
    expect(it.counts.failed).toBe(0)
  })

  it('is told what was lost and what it missed in one gap, each by its length', async () => {
    const it = queueOf(new Listener({ waitingMs: 2 * FRAME_MS }))
    it.offer(0, 2)
    it.lose(3)
    it.offer(5)
    it.lose(2)
    it.offer(8, 10)
    await it.taker.done({ all: true })
    expect(given(it.taker)).toEqual([0, 'lost 200, dropped 80', 8, 9])
  })

  it('has only the newest when its rule says so', async () => {
    const it = queueOf(new Listener({ waitingMs: FRAME_MS }))
    it.offer(0, 100)
    await it.taker.done({ all: true })
    expect(given(it.taker)).toEqual([0, 'lost 0, dropped 3920', 99])
    expect(it.inFrames()).toEqual({ taken: 2, dropped: 98 })
  })

  it('keeps the newest even when that alone is beyond its bound', async () => {
    const it = queueOf(new Listener({ waitingMs: 10 }))
    it.offer(0, 2)
    expect(it.queue.waitingMs).toBe(FRAME_MS)
    await it.taker.done({ all: true })
    expect(given(it.taker)).toEqual([0, 1])
  })

  it('has given up when that is its rule: it hears so at once, and nothing more', async () => {
    const it = queueOf(new Listener({ waitingMs: 10 * FRAME_MS, beyond: 'give_up' }))
    it.offer(0, 11)
    expect(it.taker.ends).toEqual([])
    it.offer(11)
    expect(it.taker.ends).toEqual(['behind'])
    expect(it.faults).toEqual(['it is 0.4 s behind'])
    expect(it.queue.waitingMs).toBe(0)
    it.offer(12, 20)
    it.queue.end('device')
    await it.taker.done()
    expect(given(it.taker)).toEqual([0])
    expect(it.taker.ends).toEqual(['behind'])
    expect(it.counts).toEqual({ taken: 0, dropped: 20 * FRAME_SAMPLES, failed: 1 })
  })

  it('is not behind because of what was lost, however long that is', async () => {
    const it = queueOf(new Listener({ waitingMs: 2 * FRAME_MS, beyond: 'give_up' }))
    it.offer(0)
    it.lose(10_000)
    it.lose(5_000)
    it.offer(15_001, 15_002)
    expect(it.queue.waitingMs).toBe(FRAME_MS)
    await it.taker.done({ all: true })
    expect(it.taker.pieces[1]).toEqual({ kind: 'gap', lost: 15_000 * FRAME_SAMPLES, dropped: 0 })
    expect(it.taker.ends).toEqual([])
  })

  it.each(['drop_oldest', 'give_up'] as const)(
    'and takes nothing of half an hour holds no more than its bound (%s)',
    async (beyond) => {
      const it = queueOf(new Listener({ waitingMs: 10_000, beyond }))
      let mostMs = 0
      let mostPieces = 0
      for (let seq = 0; seq < (30 * 60_000) / FRAME_MS; seq += 2) {
        it.offer(seq)
        it.lose(1)
        mostMs = Math.max(mostMs, it.queue.waitingMs)
        mostPieces = Math.max(mostPieces, it.queue.held)
      }
      expect(mostMs).toBe(10_000)
      expect(mostPieces).toBeLessThanOrEqual(2 * 250 + 1)
      await it.taker.done({ all: true })
      const { taken, dropped } = it.inFrames()
      expect(taken + dropped).toBe(22_500)
      expect(given(it.taker).filter((piece) => typeof piece === 'number')).toHaveLength(
        beyond === 'drop_oldest' ? 251 : 1,
      )
    },
  )

  it('cannot be filled with pieces that hold next to nothing', () => {
    const it = queueOf(new Listener({ waitingMs: 1_000 }))
    for (let seq = 0; seq < 60_000; seq++) it.queue.offer({ kind: 'sound', pcm: Buffer.alloc(seq % 2) })
    expect(it.queue.held).toBeLessThanOrEqual(101)
  })
})

describe('a taker that fails', () => {
  it.each([
    [
      'throws',
      () => {
        throw new Error('no model')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no model'))],
  ])('because it %s is named once, hears its end, and nothing more', async (_, take) => {
    const ends: string[] = []
    const it = queueOf({ ...new Listener(), take, end: (end) => void ends.push(end) })
    it.offer(0, 5)
    await Promise.resolve()
    it.offer(5)
    it.queue.end('device')
    expect(ends).toEqual(['failed'])
    expect(it.faults).toEqual(['no model'])
    expect(it.counts).toEqual({ taken: 0, dropped: 6 * FRAME_SAMPLES, failed: 1 })
  })

  it('in the midst of its work loses what waits, and its late failures are nobody’s', async () => {
    const it = queueOf(new Listener({ waitingMs: FRAME_MS, beyond: 'give_up' }))
    it.offer(0, 3)
    await it.taker.break(new Error('too late'))
    expect(it.faults).toEqual(['it is 0.1 s behind'])
    expect(it.taker.ends).toEqual(['behind'])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('cannot close')
      },
    ],
    ['rejects', () => Promise.reject(new Error('cannot close'))],
  ])('at its end because it %s is named and counted', async (_, end) => {
    const it = queueOf({ name: 'recognition', rule: new Listener().rule, take() {}, end })
    it.queue.end('device')
    await it.queue.left
    await Promise.resolve()
    expect(it.faults).toEqual(['cannot close'])
    expect(it.counts.failed).toBe(1)
  })

  it('counts once when its end fails as well', async () => {
    const rule = new Listener().rule
    const it = queueOf({
      name: 'recognition',
      rule,
      take: () => Promise.reject(new Error('no model')),
      end() {
        throw new Error('cannot close')
      },
    })
    it.offer(0)
    await it.queue.left
    expect(it.faults).toEqual(['no model', 'cannot close'])
    expect(it.counts.failed).toBe(1)
  })
})

describe('the end of a turn', () => {
  it('is heard by a taker that hangs when its time to finish is over', () => {
    const it = queueOf(new Listener({ drainMs: 5_000 }))
    it.offer(0, 10)
    it.queue.end('device')
    it.clock.advance(4_999)
    expect(it.taker.ends).toEqual([])
    it.clock.advance(1)
    expect(it.taker.ends).toEqual(['behind'])
    expect(it.faults).toEqual(['it was not done 5 s after the turn'])
    expect(it.inFrames()).toEqual({ taken: 0, dropped: 10 })
  })

  it('is waited for by no timer once it was heard', async () => {
    let timers = 0
    class CountingClock extends ManualClock {
      override after(ms: number, run: () => void) {
        const cancel = super.after(ms, run)
        timers += 1
        return () => {
          timers -= 1
          cancel()
        }
      }
    }
    const it = queueOf(new Listener(), new CountingClock())
    it.offer(0)
    it.queue.end('device')
    expect(timers).toBe(1)
    await it.taker.done()
    expect(it.taker.ends).toEqual(['device'])
    expect(timers).toBe(0)
  })

  it('is heard at once when the hub stops, also while what waits is worked off', () => {
    const during = queueOf(new Listener())
    during.offer(0, 10)
    during.queue.end('stop')
    const after = queueOf(new Listener())
    after.offer(0, 10)
    after.queue.end('device')
    after.queue.end('stop')
    for (const it of [during, after]) {
      expect(it.taker.ends).toEqual(['stop'])
      expect(it.inFrames()).toEqual({ taken: 0, dropped: 10 })
      it.clock.advance(60_000)
      expect(it.faults).toEqual([])
    }
  })

  it('comes after what waits when the hub stops and its rule says so', async () => {
    const it = queueOf(new Listener({ drainsAtStop: true }))
    it.offer(0, 10)
    it.queue.end('stop')
    expect(it.taker.ends).toEqual([])
    await it.taker.done({ all: true })
    expect(it.taker.ends).toEqual(['stop'])
    expect(it.inFrames()).toEqual({ taken: 10, dropped: 0 })
  })
})

type Step = 'sound' | 'lost' | 'done' | 'break' | 'time' | TurnEnd

/** Does what may happen to a queue, in the order of the steps. */
async function run(steps: Step[], rule: Partial<QueueRule>) {
  const it = queueOf(new Listener(rule))
  let seq = 0
  for (const step of steps) {
    if (step === 'sound') it.offer(seq++)
    else if (step === 'lost') {
      it.lose(1)
      seq += 1
    } else if (step === 'done') await it.taker.done()
    else if (step === 'break') await it.taker.break(new Error('broken'))
    else if (step === 'time') it.clock.advance(2_000)
    else {
      it.queue.end(step)
      break
    }
  }
  return it
}

describe('whatever happens', () => {
  it('the end is heard exactly once, no sound is out of place, and all of it is counted as taken or dropped', async () => {
    const step = fc.oneof(
      { weight: 8, arbitrary: fc.constant<Step>('sound') },
      { weight: 3, arbitrary: fc.constantFrom<Step>('lost', 'done', 'done') },
      { weight: 1, arbitrary: fc.constantFrom<Step>('break', 'time') },
    )
    const rule = fc.record({
      waitingMs: fc.constantFrom(FRAME_MS, 200, 400),
      beyond: fc.constantFrom<QueueRule['beyond']>('drop_oldest', 'give_up'),
      drainMs: fc.constantFrom(0, 5_000),
      drainsAtStop: fc.boolean(),
    })
    const end = fc.constantFrom<TurnEnd>('device', 'cap', 'silence', 'stop')
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), end, rule, async (steps, last, rules) => {
        const { taker, clock, counts, queue } = await run([...steps, last], rules)
        for (let left = 0; left < 3; left++) await taker.done()
        queue.end('stop')
        clock.advance(60_000)
        await queue.left
        expect(taker.ends).toHaveLength(1)
        const before = taker.pieces.length
        await taker.done({ all: true })
        expect(taker.pieces).toHaveLength(before)
        expect(counts.taken + counts.dropped).toBe(steps.filter((one) => one === 'sound').length * FRAME_SAMPLES)
        let at = 0
        for (const piece of taker.pieces) {
          if (piece.kind === 'sound') expect(inWords(piece)).toBe(at)
          at += piece.kind === 'sound' ? 1 : (piece.lost + piece.dropped) / FRAME_SAMPLES
        }
      }),
      { numRuns: 300 },
    )
  })
})
