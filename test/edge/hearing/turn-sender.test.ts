import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { TurnSender } from '../../../edge/hearing/turn-sender.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { session } from '../../../shared/messages/session.ts'
import type { Turn } from '../../../shared/messages/turn.ts'
import { turn } from '../../../shared/messages/turn.ts'
import { wake } from '../../../shared/messages/wake.ts'

const END: Turn = { ...turn.sample, turn: 't1' }
const START: Turn = { turn: 't1', phase: 'start', stream: 7, format: 'pcm_s16le_16000_mono', preroll: 400 }

function rig() {
  const clock = new ManualClock()
  const sent: string[] = []
  const link = { up: true, acknowledges: true }
  const lost: string[] = []
  const sender = new TurnSender({
    clock,
    random: () => 0.5,
    onGivenUp: (id) => lost.push(id),
    link: {
      ready: () => link.up,
      publish(topic, payload, id) {
        const phase = topic === 'turn' ? ` ${JSON.parse(payload.toString()).phase}` : ''
        sent.push(`${topic}${phase}${id ? ` ${id}` : ''}`)
        return link.acknowledges ? Promise.resolve() : Promise.reject(new Error('connection lost'))
      },
    },
  })
  return {
    clock,
    sent,
    link,
    lost,
    sender,
    async advance(ms: number) {
      await turnOfTheLoop()
      clock.advance(ms)
      await turnOfTheLoop()
    },
  }
}

const stored = (id: string) => ({ ...session.sample, turn: id, step: 'stored' as const })

describe('the sender of turns', () => {
  it('hands on in order: wake, start, frames, end', async () => {
    const it = rig()
    it.sender.wake({ ...wake.sample, turn: 't1' })
    it.sender.start(START)
    it.sender.frame('t1', Buffer.alloc(664))
    it.sender.frame('t1', Buffer.alloc(664))
    await turnOfTheLoop()
    it.sender.end(END)
    expect(it.sent).toEqual(['wake', 'turn start', 'audio t1', 'audio t1', 'turn end'])
  })

  it('repeats the start until it is acknowledged, and not after', async () => {
    const it = rig()
    it.link.acknowledges = false
    it.sender.start(START)
    await it.advance(2_000)
    expect(it.sent).toEqual(['turn start', 'turn start'])
    it.link.acknowledges = true
    await it.advance(4_000)
    expect(it.sent).toHaveLength(3)
    await it.advance(600_000)
    expect(it.sent).toHaveLength(3)
  })

  it('repeats the end after 2, 4, 8, 16 and then every 30 s although it is acknowledged, until the hub says stored', async () => {
    const it = rig()
    it.sender.start(START)
    await turnOfTheLoop()
    it.sender.end(END)
    for (const [index, ms] of [2_000, 4_000, 8_000, 16_000, 30_000, 30_000].entries()) {
      await it.advance(ms - 1)
      expect(it.sent).toHaveLength(2 + index)
      await it.advance(1)
      expect(it.sent).toHaveLength(3 + index)
    }
    it.sender.session({ ...stored('another') })
    it.sender.session({ ...stored('t1'), step: 'thinking' })
    expect(it.sender.unconfirmed).toBe(1)
    it.sender.session(stored('t1'))
    expect(it.sender.unconfirmed).toBe(0)
    const count = it.sent.length
    await it.advance(600_000)
    expect(it.sent).toHaveLength(count)
    expect(it.lost).toEqual([])
  })

  it('gives an end up after ten minutes and says so', async () => {
    const it = rig()
    it.sender.start(START)
    it.sender.end(END)
    for (let minute = 0; minute < 11; minute++) await it.advance(60_000)
    expect(it.lost).toEqual(['t1'])
    expect(it.sender.unconfirmed).toBe(0)
  })

  it('waits while the connection is away and sends start and end in order at once when it is back', async () => {
    const it = rig()
    it.link.up = false
    it.sender.wake({ ...wake.sample, turn: 't1' })
    it.sender.start(START)
    it.sender.frame('t1', Buffer.alloc(664))
    it.sender.end(END)
    await it.advance(10_000)
    expect(it.sent).toEqual([])
    it.link.up = true
    it.sender.connected()
    expect(it.sent).toEqual(['turn start', 'turn end'])
  })

  it('survives a connection that throws', () => {
    const sender = new TurnSender({
      clock: new ManualClock(),
      link: {
        ready: () => true,
        publish() {
          throw new Error('not connected')
        },
      },
    })
    sender.start(START)
    sender.frame('t1', Buffer.alloc(664))
    sender.end(END)
    expect(sender.unconfirmed).toBe(1)
  })

  it('forgets everything when stopped', async () => {
    const it = rig()
    it.sender.start(START)
    it.sender.end(END)
    it.sender.stop()
    const count = it.sent.length
    await it.advance(600_000)
    expect(it.sent).toHaveLength(count)
  })
})
