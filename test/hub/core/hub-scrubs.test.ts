import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { ROUND_MS, SLICE_EVERY_MS } from '../../../hub/core/database-scrub.ts'
import { storageFigures } from '../../../hub/health/storage-figures.ts'
import { type Clock, systemClock } from '../../../shared/clock.ts'
import { type RunningHub, remove, startHub } from '../../remedies/lib/running-hub.ts'

const folder = mkdtempSync(join(tmpdir(), 'lares-hub-scrubs-'))
let hub: RunningHub | null = null

afterEach(async () => {
  await hub?.stop()
  remove(folder)
})

it('a hub reads its database through, and its status says when', async () => {
  const minutes: (() => void)[] = []
  let ahead = 0
  const clock: Clock = {
    ...systemClock,
    now: () => systemClock.now() + ahead,
    every(ms, run) {
      if (ms === SLICE_EVERY_MS) minutes.push(run)
      return systemClock.every(ms, run)
    },
  }
  hub = await startHub({ folder, clock })
  const before = (await storageFigures(folder, { clock })).last_scrub
  // However much there is to do: it has waited for long enough.
  ahead = 3 * ROUND_MS
  const after = await vi.waitFor(
    async () => {
      for (const minute of minutes) minute()
      const { last_scrub } = await storageFigures(folder, { clock })
      expect(last_scrub).not.toBeNull()
      return last_scrub
    },
    { timeout: 60_000, interval: 1_000 },
  )
  expect([before, typeof after]).toEqual([null, 'number'])
}, 90_000)
