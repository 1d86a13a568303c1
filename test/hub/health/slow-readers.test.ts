import { expect, it } from 'vitest'
import { Health } from '../../../hub/health/hub-health.ts'
import { SlowReaders } from '../../../hub/health/slow-readers.ts'
import { ManualClock } from '../../../shared/clock.ts'

const DROP = { owner: 'user anna', clientId: 'anna.x1', remote: '192.168.1.7', messages: 100 }

it('asks for attention when somebody goes on not reading, and no longer when ten minutes pass without', () => {
  const clock = new ManualClock()
  const health = new Health()
  const readers = new SlowReaders(clock, health)
  readers.start()
  const report = () => health.report(clock.now(), true)
  readers.dropped(DROP)
  readers.dropped({ ...DROP, owner: 'user bert', clientId: 'bert.x1' })
  clock.advance(60_000)
  readers.dropped(DROP)
  expect(report()).toMatchObject({ state: 'ok', problems: [] })
  clock.advance(60_000)
  readers.dropped({ ...DROP, clientId: 'anna.x2' })
  const message = 'anna.x2 at 192.168.1.7 does not read: 300 messages for it were dropped within ten minutes'
  expect(report()).toMatchObject({ state: 'attention', problems: [{ code: 'slow_reader', message }] })
  clock.advance(8 * 60_000)
  expect(report()).toMatchObject({ state: 'attention' })
  clock.advance(3 * 60_000)
  expect(report()).toMatchObject({ state: 'ok', problems: [] })
  readers.stop()
})

it('does not ask for it when the drops are far apart', () => {
  const clock = new ManualClock()
  const health = new Health()
  const readers = new SlowReaders(clock, health)
  readers.start()
  for (let n = 0; n < 6; n += 1) {
    readers.dropped(DROP)
    clock.advance(6 * 60_000)
  }
  expect(health.report(clock.now(), true).problems).toEqual([])
  readers.stop()
})
