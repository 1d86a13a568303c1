import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DatabaseCheck } from '../../../hub/core/database-check.ts'
import { ProcessDropped } from '../../../hub/core/own-process.ts'
import { Health } from '../../../hub/health/hub-health.ts'
import { noteCheckDue, uncheckedMark } from '../../../hub/store/check-mark.ts'
import type { CheckOutcome } from '../../../hub/store/check-process.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { storeFile } from '../../../hub/store/places.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-check-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A check of a database that is due; `says`: what its process says, default a real one. */
function checkOf(says?: () => Promise<CheckOutcome>) {
  const file = storeFile(folder)
  noteCheckDue(file)
  const health = new Health()
  const damage: string[] = []
  const check = new DatabaseCheck({
    file,
    ...(says && { reading: { run: says, drop: () => true } }),
    clock: new ManualClock(),
    log: silentLog,
    health,
    onDamage: (found) => damage.push(found),
  })
  const mark = () => (existsSync(uncheckedMark(file)) ? readFileSync(uncheckedMark(file), 'utf8') : null)
  return { check, damage, mark, problems: () => health.report(0, true).problems.map(({ code }) => code) }
}

describe('the check after an unclean end', () => {
  it('reads the database in a process of its own while somebody writes to it, and takes the mark away', async () => {
    const store = openStore({ folder, now: 1_000, log: silentLog })
    const { check, damage, mark, problems } = checkOf()
    check.start()
    store.db.exec("INSERT INTO houses (id, name, created_at, updated_at) VALUES ('h', 'Home', 1, 1)")
    await check.over
    expect([damage, mark(), problems()]).toEqual([[], null, []])
    store.close()
  })

  it('notes damage for the next start before it says so', async () => {
    const { check, damage, mark } = checkOf(async () => ({ damage: 'Tree 7 page 9' }))
    check.start()
    await check.over
    expect([damage, mark()]).toEqual([['Tree 7 page 9'], 'Tree 7 page 9\n'])
  })

  it.each([
    ['the disk does not give it', async () => ({ error: 'disk I/O error' })],
    ['its process ends without a word', () => Promise.reject(new Error('its process ended with SIGKILL'))],
  ])('says that it could not be made when %s, and leaves it to the next start', async (_when, says) => {
    const { check, damage, mark, problems } = checkOf(says)
    check.start()
    await check.over
    expect([damage, mark(), problems()]).toEqual([[], '', ['disk_error']])
  })

  it('that is dropped at a stop is no problem, and is left to the next start', async () => {
    const { check, damage, mark, problems } = checkOf(() => Promise.reject(new ProcessDropped('the hub stops')))
    check.start()
    check.stop()
    await check.over
    expect([damage, mark(), problems()]).toEqual([[], '', []])
  })
})
