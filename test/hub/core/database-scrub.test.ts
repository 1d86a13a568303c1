import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DatabaseScrub, ROUND_MS } from '../../../hub/core/database-scrub.ts'
import { Health } from '../../../hub/health/hub-health.ts'
import { uncheckedMark } from '../../../hub/store/check-mark.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { storeFile } from '../../../hub/store/places.ts'
import type { ScrubOutcome } from '../../../hub/store/scrub-process.ts'
import { readScrub, type ScrubPosition } from '../../../hub/store/scrub-state.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'

const AT = { part: 'table readings', after: 70_000 }
const SOUND = { damage: null, unreadableBytes: 0 }

let folder: string
let clock: ManualClock

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-scrub-'))
  clock = new ManualClock()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A scrub whose slices end as they are told, one after the other, the last one for ever. */
function scrubOf(...says: ScrubOutcome[]) {
  const file = storeFile(folder)
  const health = new Health()
  const damage: string[] = []
  const begun: (ScrubPosition | null)[] = []
  const scrub = new DatabaseScrub({
    file,
    reading: {
      async run([, at = '']) {
        begun.push(JSON.parse(at) as ScrubPosition | null)
        return says[Math.min(begun.length, says.length) - 1] ?? { error: 'nothing was said' }
      },
      drop: () => true,
    },
    checked: () => Promise.resolve(),
    clock,
    log: silentLog,
    health,
    onDamage: (found) => damage.push(found),
  })
  return { scrub, damage, begun, file, problems: () => health.report(0, true).problems.map(({ code }) => code) }
}

describe('the weekly reading of the database', () => {
  it('goes on where it was, also after a restart, and is over when all is read', async () => {
    const first = scrubOf({ ...SOUND, next: AT })
    await first.scrub.run()
    const second = scrubOf({ ...SOUND, next: null })
    clock.advance(60_000)
    await second.scrub.run()
    expect([first.begun, second.begun]).toEqual([[null], [AT]])
    expect(readScrub(second.file)).toMatchObject({ at: null, finished: clock.now() })
    await second.scrub.run()
    expect(second.begun).toHaveLength(1)
  })

  it('begins anew a week after the last one', async () => {
    const { scrub, begun } = scrubOf({ ...SOUND, next: null })
    await scrub.run()
    clock.advance(ROUND_MS - 1)
    await scrub.run()
    expect(begun).toHaveLength(1)
    clock.advance(1)
    await scrub.run()
    expect(begun).toHaveLength(2)
  })

  it('waits for an idle minute, and for no longer than another week', async () => {
    const { scrub, begun } = scrubOf({ ...SOUND, next: AT })
    const busyMinute = async () => {
      scrub.loaded(0.9)
      scrub.loaded(0)
      await scrub.run()
    }
    await busyMinute()
    expect(begun).toHaveLength(0)
    await scrub.run()
    expect(begun).toHaveLength(1)
    await busyMinute()
    expect(begun).toHaveLength(1)
    clock.advance(ROUND_MS)
    await busyMinute()
    expect(begun).toHaveLength(2)
  })

  it('begins in a house that is never idle as well, two weeks after its first start, also over restarts', async () => {
    for (const week of [0, 1, 2]) {
      const { scrub, begun } = scrubOf({ ...SOUND, next: AT })
      scrub.start()
      scrub.stop()
      scrub.loaded(0.9)
      await scrub.run()
      expect([week, begun.length]).toEqual([week, week === 2 ? 1 : 0])
      clock.advance(ROUND_MS)
    }
  })

  it('notes damage for the next start before it says so, and begins anew with whatever takes the place', async () => {
    const { scrub, damage, file } = scrubOf(
      { ...SOUND, next: AT },
      { next: AT, damage: 'readings: rows 7 to 9', unreadableBytes: 0 },
    )
    await scrub.run()
    await scrub.run()
    expect([damage, readFileSync(uncheckedMark(file), 'utf8')]).toEqual([
      ['readings: rows 7 to 9'],
      'readings: rows 7 to 9\n',
    ])
    expect(readScrub(file)).toMatchObject({ at: null, finished: null })
  })

  it('says that the card does not give a part of the file, over restarts, until a round finds all of it', async () => {
    const first = scrubOf({ next: AT, damage: null, unreadableBytes: 4096 }, { ...SOUND, next: null })
    await first.scrub.run()
    await first.scrub.run()
    expect(first.problems()).toEqual(['disk_error'])
    const second = scrubOf({ ...SOUND, next: null })
    second.scrub.start()
    second.scrub.stop()
    expect(second.problems()).toEqual(['disk_error'])
    clock.advance(ROUND_MS)
    await second.scrub.run()
    expect(second.problems()).toEqual([])
  })

  it('is tried again when it could not be made', async () => {
    const { scrub, begun, file } = scrubOf({ error: 'disk I/O error' }, { ...SOUND, next: null })
    await scrub.run()
    expect(readScrub(file).finished).toBeNull()
    await scrub.run()
    expect(begun).toEqual([null, null])
  })

  it('reads a real database in a process of its own', async () => {
    const store = openStore({ folder, now: 1_000, log: silentLog })
    const file = storeFile(folder)
    const scrub = new DatabaseScrub({
      ...{ file, clock, log: silentLog, health: new Health() },
      checked: () => Promise.resolve(),
      onDamage(found) {
        throw new Error(found)
      },
    })
    await scrub.run()
    expect(readScrub(file)).toMatchObject({ at: null, finished: clock.now(), unreadableBytes: 0 })
    expect(existsSync(uncheckedMark(file))).toBe(false)
    store.close()
  })
})
