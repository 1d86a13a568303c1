import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { listClips } from '../../../hub/voice/clip-folder.ts'
import { TurnRecorder } from '../../../hub/voice/turn-recorder.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { frameOf, recorded, turnEnd, turnStart } from './sound.ts'

const disk = mkdtempSync(join(tmpdir(), 'small-disk-'))
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status === 0
const reason = mounted ? null : 'a small disk can be mounted by root alone'
if (reason) process.stderr.write(`a turn is not recorded to a full disk: ${reason}\n`)
afterAll(() => {
  if (mounted) spawnSync('umount', [disk])
  rmdirSync(disk)
})

/** One turn of the event loop, in which the disk can answer. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('a turn on a disk that is full', () => {
  it.skipIf(reason)('has no recording and leaves its room to the next, shorter one', async () => {
    const lines: unknown[] = []
    const log = { ...silentLog, warn: (...line: unknown[]) => lines.push(line) }
    const recorder = new TurnRecorder({ folder: join(disk, 'clips'), clock: new ManualClock(), log, closed: () => {} })
    await recorder.start()
    const say = async (turn: string, count: number) => {
      recorder.begin('kitchen-pi', turnStart(turn))
      for (let seq = 0; seq < count; seq++) recorder.frame('kitchen-pi', turn, frameOf(seq))
      return await recorder.end('kitchen-pi', turnEnd(turn, count))
    }
    expect(await say('long', 100)).toMatchObject({ turn: 'long', recording: null })
    expect(await listClips(join(disk, 'clips'))).toEqual([])
    recorder.begin('kitchen-pi', turnStart('open'))
    for (let seq = 0; seq < 100; seq++) recorder.frame('kitchen-pi', 'open', frameOf(seq))
    while (recorder.stats().failed < 2 || (await listClips(join(disk, 'clips'))).length > 0) await settled()
    const { file } = recorded(await say('short', 20))
    expect(await listClips(join(disk, 'clips'))).toEqual([{ file, finished: true }])
    expect(recorder.stats()).toMatchObject({ failed: 2, frames: 220 })
    expect(lines).toEqual([
      [{ device: 'kitchen-pi', reason: expect.stringContaining('ENOSPC'), held: 0 }, expect.any(String)],
    ])
    await recorder.stop()
  })
})
