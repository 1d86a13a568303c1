import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../shared/clock.ts'
import { silentLog } from '../../shared/log.ts'
import { Notify } from '../../shared/notify.ts'

function setUp(env: NodeJS.ProcessEnv) {
  const clock = new ManualClock()
  const sent: string[] = []
  const health = { ok: true }
  const notify = new Notify({
    clock,
    log: silentLog,
    env,
    isHealthy: () => health.ok,
    send: async (variables) => void sent.push(...variables),
  })
  return { clock, sent, health, notify }
}

describe('the word to systemd', () => {
  it('says ready, feeds the watchdog at half of its time, and says that it stops', async () => {
    const { clock, sent, notify } = setUp({ NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '60000000' })
    await notify.start()
    clock.advance(60_000)
    await notify.stop()
    clock.advance(60_000)
    expect(sent).toEqual(['READY=1', 'WATCHDOG=1', 'WATCHDOG=1', 'STOPPING=1'])
  })

  it('asks for more time while it starts, and no more once it is ready', async () => {
    const { clock, sent, notify } = setUp({ NOTIFY_SOCKET: '/run/x' })
    notify.starting()
    clock.advance(60_000)
    expect(sent.filter((one) => one.startsWith('EXTEND'))).toEqual(Array(3).fill('EXTEND_TIMEOUT_USEC=120000000'))
    await notify.start()
    clock.advance(600_000)
    expect(sent.slice(6)).toEqual(['READY=1'])
  })

  it('feeds the watchdog of a program that begins again in its own process, and does not say that it stops', async () => {
    const { clock, sent, notify } = setUp({ NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '30000000' })
    await notify.start()
    await notify.startingAgain()
    clock.advance(60_000)
    expect(sent).toEqual(['READY=1', 'WATCHDOG=1'])
    const next = setUp({ NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '30000000' })
    next.notify.starting()
    next.clock.advance(30_000)
    expect(next.sent.filter((one) => one === 'WATCHDOG=1')).toHaveLength(3)
  })

  it('does not feed the watchdog while the program is not well', async () => {
    const { clock, sent, health, notify } = setUp({ NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '60000000' })
    await notify.start()
    health.ok = false
    clock.advance(90_000)
    expect(sent).toEqual(['READY=1'])
  })

  it('sends a status line once', async () => {
    const { sent, notify } = setUp({ NOTIFY_SOCKET: '/run/x' })
    notify.status('online')
    notify.status('online')
    expect(sent).toEqual(['STATUS=online'])
  })

  it('is silent outside of systemd', async () => {
    const { clock, sent, notify } = setUp({ WATCHDOG_USEC: '60000000' })
    await notify.start()
    notify.status('online')
    clock.advance(90_000)
    await notify.stop()
    expect(sent).toEqual([])
  })

  it('goes on when systemd-notify is missing', async () => {
    const notify = new Notify({
      clock: new ManualClock(),
      log: silentLog,
      env: { NOTIFY_SOCKET: '/run/x', PATH: '/nowhere' },
      isHealthy: () => true,
    })
    await expect(notify.start()).resolves.toBeUndefined()
  })
})
