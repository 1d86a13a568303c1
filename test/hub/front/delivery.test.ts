import { describe, expect, it } from 'vitest'
import { Deliveries } from '../../../hub/front/delivery.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { NO_SECRETS } from '../secrets/keys-in-memory.ts'

describe('a delivery', () => {
  it('has the same key whenever it has the same rows, however far was looked, and another with other rows', async () => {
    const keys: string[] = []
    const deliveries = new Deliveries({
      ...{ name: 'export', deadlineMs: 1_000, settings: {}, secrets: NO_SECRETS, log: silentLog },
      clock: new ManualClock(0),
      load:
        async () =>
        async (_, { idempotencyKey }) =>
          void keys.push(idempotencyKey),
    })
    const deliver = (ids: number[], upto: number) =>
      deliveries.deliver({ rows: ids.map((id) => ({ id })), upto, newest: 20, epoch: 'one' })
    await deliver([3, 5, 7], 9)
    await deliver([3, 5, 7], 12)
    await deliver([3, 5], 9)
    await deliver([3, 7], 9)
    expect(keys[0]).toBe(keys[1])
    expect(new Set(keys).size).toBe(3)
  })
})
