import { existsSync, mkdirSync, mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createPart,
  finishPart,
  isClipName,
  listClips,
  newClipName,
  removeClip,
} from '../../../hub/voice/clip-folder.ts'

const NOW = Date.UTC(2026, 1, 3, 23, 59)
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clips-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('the folder of clips', () => {
  it('names a clip by the UTC day and at random, and knows its own names', () => {
    const names = new Set(Array.from({ length: 100 }, () => newClipName(NOW)))
    expect(names.size).toBe(100)
    for (const name of names) {
      expect(name).toMatch(/^2026-02-03\/[0-9a-z]{20}\.wav$/)
      expect(isClipName(name)).toBe(true)
    }
    expect(newClipName(0)).toMatch(/^1970-01-01\//)
    for (const name of ['../x.wav', '2026-02-03/../../../etc/passwd', '/2026-02-03/a.wav', '2026-02-03/turn-1.wav'])
      expect(isClipName(name)).toBe(false)
  })

  it('shows a clip under its name only when it is finished, readable by its owner alone', async () => {
    const clips = join(folder, 'data', 'clips')
    const file = newClipName(NOW)
    const handle = await createPart(clips, file)
    await handle.writeFile('sound')
    await handle.close()
    expect(await listClips(clips)).toEqual([{ file, finished: false }])
    await finishPart(clips, file)
    expect(await listClips(clips)).toEqual([{ file, finished: true }])
    expect(statSync(join(clips, file)).mode & 0o777).toBe(0o600)
    expect(statSync(join(clips, '2026-02-03')).mode & 0o777).toBe(0o700)
  })

  it('removes a clip, and the day with its last one', async () => {
    const [first, second] = [newClipName(NOW), newClipName(NOW)]
    for (const file of [first, second]) {
      await (await createPart(folder, file)).close()
      await finishPart(folder, file)
    }
    await removeClip(folder, first)
    expect(await listClips(folder)).toEqual([{ file: second, finished: true }])
    await removeClip(folder, second)
    await removeClip(folder, second)
    expect(readdirSync(folder)).toEqual([])
  })

  it('leaves files that it did not make out of the list', async () => {
    mkdirSync(join(folder, '2026-02-03'))
    writeFileSync(join(folder, '2026-02-03', 'song.wav'), '')
    writeFileSync(join(folder, 'notes.txt'), '')
    writeFileSync(join(folder, '2026-02-04'), '')
    expect(await listClips(folder)).toEqual([])
    expect(await listClips(join(folder, 'missing'))).toEqual([])
    expect(existsSync(join(folder, 'notes.txt'))).toBe(true)
  })
})
