import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { SLICE_EVERY_MS } from '../../../hub/core/database-scrub.ts'
import { storageFigures } from '../../../hub/health/storage-figures.ts'
import { type Clock, systemClock } from '../../../shared/clock.ts'
import { type RunningHub, remove, startHub } from '../../remedies/lib/running-hub.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-hub-scrubs-'))
let hub: RunningHub | null = null

afterEach(async () => {
  await hub?.stop()
  remove(folder)
})

it('a hub that is idle reads its database through, and its status says when', async () => {
  const minutes: (() => void)[] = []
  const clock: Clock = {
    ...systemClock,
    every(ms, run) {
      if (ms === SLICE_EVERY_MS) minutes.push(run)
      return systemClock.every(ms, run)
    },
  }
  hub = await startHub({ folder, clock })
  const before = (await storageFigures(folder, { clock })).last_scrub
  // Each is one more minute; one in which the engine had much to do does not count.
  const after = await vi.waitFor(
    async () => {
      for (const minute of minutes) minute()
      const { last_scrub } = await storageFigures(folder, { clock })
      expect(last_scrub).not.toBeNull()
      return last_scrub
    },
    { timeout: 60_000, interval: 200 },
  )
  expect([before, typeof after]).toEqual([null, 'number'])
}, 90_000)
