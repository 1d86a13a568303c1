import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { noteDamage } from '../../hub/store/check-mark.ts'
import { openStore } from '../../hub/store/open-store.ts'
import { storeFile } from '../../hub/store/places.ts'
import { readReport } from '../../hub/store/salvage-report.ts'
import type { ScrubOutcome } from '../../hub/store/scrub-process.ts'
import { silentLog } from '../../shared/log.ts'
import { houseWithReadings, leavesOf, PAGE, READINGS } from '../hub/store/damage.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { buildShim, shimTrouble } from './lib/shim.ts'

/** What a card gives or does not give: two of our pages. */
const SECTOR = 4_096
const ROOT = join(import.meta.dirname, '../..')

let data: ReturnType<typeof makeDataFolder>

beforeEach(() => {
  data = makeDataFolder()
  houseWithReadings(data.folder)
})
afterEach(() => data.remove())

const file = () => storeFile(data.folder)

/** Runs a program while the card does not give a page of the database. */
function withoutPage(page: number, command: string[]) {
  const ran = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...command], {
    env: {
      ...process.env,
      LD_PRELOAD: buildShim('unreadable'),
      LARES_UNREADABLE_FILE: file(),
      LARES_UNREADABLE_FROM: String((page - 1) * PAGE),
      LARES_UNREADABLE_TO: String(page * PAGE),
    },
    encoding: 'utf8',
  })
  expect({ status: ran.status, stderr: ran.status === 0 ? '' : ran.stderr }).toEqual({ status: 0, stderr: '' })
  return ran
}

function slice(page: number, at: unknown): ScrubOutcome {
  const program = join(ROOT, 'hub/store/scrub-process.ts')
  return JSON.parse(withoutPage(page, [program, file(), JSON.stringify(at), '60000']).stdout) as ScrubOutcome
}

describe.skipIf(shimTrouble !== null)('a page that the card does not give', () => {
  it('is counted where the file is read, and named where it is one of readings', () => {
    const page = leavesOf(file(), 'readings')[5] ?? 0
    const outcome = slice(page, null)
    expect(outcome).toMatchObject({ unreadableBytes: SECTOR })
    expect(outcome).toMatchObject({
      damage: expect.stringMatching(/^readings: rows \d+ to \d+ cannot be read, stored after 2023-11-14T/),
    })
  })

  it('is counted where no table uses it', () => {
    const [, unused = 0] = leavesOf(file(), 'events')
    const store = openStore({ folder: data.folder, now: 2_000, log: silentLog })
    store.db.exec('DELETE FROM events')
    store.close()
    expect(slice(unused, null)).toEqual({ next: null, damage: null, unreadableBytes: SECTOR })
  })

  it('costs its own rows, when the database is mended', () => {
    const page = leavesOf(file(), 'readings')[5] ?? 0
    noteDamage(file(), 'somebody met damage')
    withoutPage(page, [join(ROOT, 'cli/main.ts'), 'hub', 'migrate', '--data', data.folder])
    const store = openStore({ folder: data.folder, now: 9_000, log: silentLog })
    const [{ table, after, before } = { table: '', after: 0, before: 0 }, ...more] = readReport(store.db)?.lost ?? []
    expect([table, more]).toEqual(['readings', []])
    const rows = store.db.prepare('SELECT count(*) FROM readings').pluck().get()
    expect(rows).toBe(READINGS - ((before ?? 0) - after - 1))
    expect(rows).toBeGreaterThan(READINGS - 200)
    store.close()
  })
})
