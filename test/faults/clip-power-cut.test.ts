import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Recording } from '../../hub/engine/recording.ts'
import { CUT } from './lib/power-cut-hub.ts'
import { buildShim, shimTrouble } from './lib/shim.ts'

let scratch: string
let folder: string

beforeEach(() => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), 'lares-clips-')))
  folder = join(scratch, 'data')
  mkdirSync(folder)
})
afterEach(() => rmSync(scratch, { recursive: true, force: true }))

describe.skipIf(shimTrouble !== null)('a recording', () => {
  it('that is reported as in place outlives a power cut, under its name and to the last sample', () => {
    const clips = join(folder, 'clips')
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'clip-writer.ts'), clips],
      {
        env: { PATH: process.env.PATH, LD_PRELOAD: buildShim('power-cut'), LARES_POWER_CUT_FOLDER: folder },
        encoding: 'utf8',
      },
    )
    expect({ status, stderr }).toMatchObject({ status: CUT })
    const recordings = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Recording)
    expect(recordings).toHaveLength(3)
    for (const { file, bytes, sha256 } of recordings) {
      const kept = readFileSync(join(clips, file))
      expect({ bytes: kept.length, sha256: createHash('sha256').update(kept).digest('hex') }).toEqual({ bytes, sha256 })
    }
  })
})
