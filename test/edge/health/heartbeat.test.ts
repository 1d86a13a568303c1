import { describe, expect, it } from 'vitest'
import { HeartbeatLoop } from '../../../edge/health/heartbeat.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { check } from '../../../shared/codec.ts'
import { silentLog } from '../../../shared/log.ts'
import type { Heartbeat } from '../../../shared/messages/heartbeat.ts'
import { heartbeat as definition } from '../../../shared/messages/heartbeat.ts'

function setUp() {
  const clock = new ManualClock()
  const sent: Heartbeat[] = []
  const parts: Heartbeat = structuredClone(definition.sample)
  const loop = new HeartbeatLoop({
    clock,
    log: silentLog,
    boot: 'boot-1',
    agent: '0.1.0',
    machine: async () => structuredClone(parts),
    outbox: () => ({ ...parts.outbox }),
    process: () => parts.process,
    audio: () => ({ ...parts.audio }),
    gpio: () => ({ ...parts.gpio }),
    send: (heartbeat) => sent.push(heartbeat),
  })
  /** Lets time pass second by second, and the promises between. */
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      clock.advance(1_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return { clock, sent, parts, loop, pass }
}

describe('the heartbeat', () => {
  it('is sent at the start and every 30 s', async () => {
    const { sent, loop, pass } = setUp()
    loop.start()
    await pass(95)
    expect(sent).toHaveLength(4)
    expect(check('heartbeat', sent[0]).ok).toBe(true)
  })

  it('is sent within a second when a flag flips, and no more than one a second', async () => {
    const { sent, parts, loop, pass } = setUp()
    loop.start()
    await pass(2)
    expect(sent).toHaveLength(1)
    parts.outbox.full = true
    await pass(1)
    expect(sent).toHaveLength(2)
    expect(sent[1]?.outbox.full).toBe(true)
    for (let second = 0; second < 10; second += 1) {
      parts.audio.state = second % 2 ? 'ok' : 'unavailable'
      await pass(1)
    }
    expect(sent.length).toBeLessThanOrEqual(12)
  })

  it('sees within ten seconds that the machine throttles', async () => {
    const { sent, parts, loop, pass } = setUp()
    loop.start()
    await pass(2)
    parts.throttled = { ...parts.throttled, under_voltage: true }
    await pass(11)
    expect(sent.at(-1)?.throttled.under_voltage).toBe(true)
  })

  it('keeps the pace the house wants', async () => {
    const { sent, loop, pass } = setUp()
    loop.setInterval(5_000)
    loop.start()
    await pass(21)
    expect(sent).toHaveLength(5)
  })

  it('stays quiet after it was stopped', async () => {
    const { sent, loop, pass } = setUp()
    loop.start()
    await pass(1)
    loop.stop()
    await pass(60)
    expect(sent).toHaveLength(1)
  })
})
