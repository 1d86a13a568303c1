import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storeFile } from '../../../hub/store/places.ts'
import { newClipName } from '../../../hub/voice/clip-folder.ts'
import { systemClock } from '../../../shared/clock.ts'
import { eventually } from '../../faults/lib/fleet.ts'
import { noBrowser, PageHouse, seriousFaults } from './page-house.ts'

/** A turn that was heard and understood, as a hub that is stopped has it. */
function leaveRecording(folder: string, { device, at }: { device: string; at: number }): string {
  const name = newClipName(at)
  const db = new Sqlite(storeFile(folder))
  const run = (sql: string, ...values: unknown[]) => db.prepare(sql).run(...values)
  run(
    "INSERT INTO sessions (id, device_id, persona_id, persona_version, state, ended_at, created_at, updated_at) SELECT 's-1', ?, id, current_version, 'ended', ?, ?, ? FROM personas LIMIT 1",
    ...[device, at, at, at],
  )
  run(
    "INSERT INTO turns (id, session_id, device_id, phase, started_at, created_at, updated_at) VALUES ('t-1', 's-1', ?, 'ended', ?, ?, ?)",
    ...[device, at, at, at],
  )
  run(
    "INSERT INTO messages (id, session_id, turn_id, role, content, created_at, updated_at) VALUES ('m-1', 's-1', 't-1', 'user', 'something private', ?, ?)",
    ...[at, at],
  )
  run(
    'INSERT INTO audio_clips (id, session_id, turn_id, device_id, file, format, duration_ms, bytes, frames, lost_frames, checksum, completeness, expires_at, created_at, updated_at) ' +
      "VALUES ('c-1', 's-1', 't-1', ?, ?, 'wav', 1500, 4, 1, 0, 'c', 'complete', ?, ?, ?)",
    ...[device, name, at * 2, at, at],
  )
  db.close()
  const file = join(folder, 'clips', name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, 'RIFF')
  return file
}

describe.skipIf(noBrowser !== null)('the page of conversations', () => {
  let house: PageHouse
  let file: string

  beforeAll(async () => {
    house = await PageHouse.open()
    await house.addOwner()
    const { device } = await house.addDevice('Kitchen speaker')
    await house.stopHub()
    file = leaveRecording(house.folder, { device, at: systemClock.now() - 60_000 })
    await house.startHub()
  }, 180_000)

  afterAll(async () => {
    await house?.close()
  }, 60_000)

  it('deletes a recording after it said what goes, and then it is neither shown nor on the disk', async () => {
    expect(existsSync(file)).toBe(true)
    const page = await house.at('/conversations')
    await page.getByRole('button', { name: 'Delete' }).click()
    const asked = page.getByRole('dialog')
    await asked.getByText('Delete this recording of Kitchen speaker?', { exact: false }).waitFor()
    await asked.getByLabel(/Also what was said/).check()
    await asked.getByRole('button', { name: 'Delete' }).click()
    await asked.getByText(/The recording of .* will be removed for good, with the message of that turn/).waitFor()
    expect(existsSync(file)).toBe(true)
    expect(await seriousFaults(page)).toEqual([])
    await asked.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('the sound is no longer kept').waitFor()
    await eventually(() => !existsSync(file))
    expect(house.complaints).toEqual([])
    await page.context().close()
  })
})
