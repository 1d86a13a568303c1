import { describe, expect, it } from 'vitest'
import type { Effect } from '../../../hub/engine/input.ts'
import { DECLARED_PROBLEMS } from '../../../hub/features/declared-problems.ts'
import { Announcer } from '../../../hub/front/announcer.ts'
import { Health } from '../../../hub/health/hub-health.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { decode } from '../../../shared/codec.ts'
import { hintFor } from '../../../shared/errors.ts'
import { topicsBelow } from '../../../shared/topics.ts'

/** An announcer, and what stands on `hub/health` each time that it is told. */
function announcing() {
  const told: unknown[] = []
  const clock = new ManualClock()
  const health = new Health(DECLARED_PROBLEMS)
  const perform = (effects: Effect[]) => {
    for (const effect of effects) {
      if (effect.kind !== 'publish' || effect.topic !== 'lares/hub/health') continue
      const said = decode('hub-health', Buffer.from(effect.payload))
      told.push(said.ok ? said.value : expect.fail(said.reason))
    }
  }
  const report = () => health.report(clock.now(), true)
  const parts = { topics: topicsBelow('lares'), clock, health, version: '1.0.0', report, perform }
  return { announcer: new Announcer(parts), health, told }
}

describe('the health that every account may read', () => {
  it('says how the hub is and what to do, and nothing of what is in any house', () => {
    const { announcer, health, told } = announcing()
    health.raise('alarm nursery-pi', 'device_alarm', 'Nursery (nursery-pi): microphone fails')
    health.raise('alarm cellar-pi', 'device_alarm', 'Cellar (cellar-pi): microphone fails')
    health.raise('backup', 'disk_error', 'the backup failed: EACCES /var/lib/lares/backups', {
      hint: 'sudo chown lares /var/lib/lares/backups',
    })
    announcer.start()
    announcer.stop()
    const problems = [
      { code: 'device_alarm', hint: DECLARED_PROBLEMS.get('device_alarm') },
      { code: 'disk_error', hint: hintFor('disk_error') },
    ]
    expect(told).toEqual([
      { state: 'attention', at: expect.any(Number), clock: 'synced', problems },
      { state: 'stopped', at: expect.any(Number), clock: 'synced', problems },
    ])
  })
})
