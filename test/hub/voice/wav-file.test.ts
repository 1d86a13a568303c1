import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WavFile } from '../../../hub/voice/wav-file.ts'
import { WAV_HEADER_BYTES, wavHeader } from '../../../shared/wav-header.ts'
import { missing } from '../../fixtures/speech.ts'
import { FRAME_BYTES, pcmOf } from './sound.ts'

const soxMissing = missing(['soxi'])
if (soxMissing) process.stderr.write(`a WAV file is not shown to sox: ${soxMissing}\n`)

let folder: string
let file: string
const create = () => open(file, 'wx+', 0o600)
/** Adds frames as a taker is given them: the next one when the disk is done with those before. */
async function fill(wav: WavFile, from: number, to: number): Promise<void> {
  for (let seq = from; seq < to; seq++) await wav.add(pcmOf(seq))
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wav-'))
  file = join(folder, 'a.wav')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('a WAV file that grows', () => {
  it('holds every sample behind a correct header, and its checksum is that of the whole file', async () => {
    const wav = new WavFile(create)
    await fill(wav, 0, 80)
    const { bytes, sha256 } = await wav.close()
    const content = readFileSync(file)
    const frames = Array.from({ length: 80 }, (_, seq) => pcmOf(seq))
    expect(content).toEqual(Buffer.concat([wavHeader(80 * FRAME_BYTES), ...frames]))
    expect(bytes).toBe(content.length)
    expect(sha256).toBe(createHash('sha256').update(content).digest('hex'))
  })

  it.skipIf(soxMissing)('is a file that sox understands', async () => {
    const wav = new WavFile(create)
    await fill(wav, 0, 50)
    await wav.addSilence(FRAME_BYTES)
    await wav.close()
    const ask = (what: string) => execFileSync('soxi', [what, file], { encoding: 'utf8' }).trim()
    expect([ask('-t'), ask('-r'), ask('-c'), ask('-b'), ask('-s'), ask('-e')]).toEqual([
      'wav',
      '16000',
      '1',
      '16',
      String(51 * 640),
      'Signed Integer PCM',
    ])
  })

  it('is made with the first second and written while it grows, so that less than a second is in memory', async () => {
    const wav = new WavFile(create)
    await fill(wav, 0, 24)
    expect(existsSync(file)).toBe(false)
    await fill(wav, 24, 25)
    expect(readFileSync(file)).toHaveLength(WAV_HEADER_BYTES + 25 * FRAME_BYTES)
    await fill(wav, 25, 49)
    expect(readFileSync(file)).toHaveLength(WAV_HEADER_BYTES + 25 * FRAME_BYTES)
    await wav.close()
  })

  it('is synced when it is closed, after the last byte was written', async () => {
    const done: string[] = []
    const wav = new WavFile(async () => {
      const handle = await create()
      const sync = handle.sync.bind(handle)
      spyOnWrites(handle, () => done.push('write'))
      Object.assign(handle, {
        async sync() {
          await sync()
          done.push('sync')
        },
      })
      return handle
    })
    wav.add(pcmOf(0))
    await wav.close()
    expect(done).toEqual(['write', 'write', 'write', 'sync'])
  })

  it('writes ten minutes of silence a second at a time', async () => {
    const writes: number[] = []
    const wav = new WavFile(async () => {
      const handle = await create()
      spyOnWrites(handle, (bytes) => writes.push(bytes))
      return handle
    })
    await wav.addSilence(600 * 32_000)
    wav.add(pcmOf(1))
    const { bytes } = await wav.close()
    expect(bytes).toBe(WAV_HEADER_BYTES + 600 * 32_000 + FRAME_BYTES)
    expect(readFileSync(file).subarray(-FRAME_BYTES)).toEqual(pcmOf(1))
    expect(Math.max(...writes)).toBe(32_000)
  })

  it('says with the second that it cannot write what the disk said, and is closed by being abandoned', async () => {
    writeFileSync(file, '')
    const wav = new WavFile(() => open(file, 'r'))
    await expect(fill(wav, 0, 25)).rejects.toThrow('EBADF')
    await wav.abandon()
    const short = new WavFile(() => open(file, 'r'))
    await fill(short, 0, 1)
    await expect(short.close()).rejects.toThrow('EBADF')
    await short.abandon()
  })

  it('that is abandoned within a long silence writes no more, and lets go of its file when the disk answers', async () => {
    const handles: FileHandle[] = []
    const stuck = Promise.withResolvers<void>()
    const reached = Promise.withResolvers<void>()
    const wav = new WavFile(async () => {
      const handle = await create()
      handles.push(handle)
      let seconds = 0
      spyOnWrites(
        handle,
        () => {},
        () => {
          if (++seconds < 5) return
          reached.resolve()
          return stuck.promise
        },
      )
      return handle
    })
    const silence = wav.addSilence(600 * 32_000)
    silence.catch(() => {})
    await reached.promise
    const abandoned = wav.abandon()
    stuck.resolve()
    await abandoned
    await expect(silence).rejects.toThrow('abandoned')
    expect(handles.map((handle) => handle.fd)).toEqual([-1])
    expect(readFileSync(file)).toHaveLength(WAV_HEADER_BYTES + 4 * 32_000)
  })
})

/** Reports the bytes of each write to a handle; `before` may hold a write up. */
function spyOnWrites(handle: FileHandle, report: (bytes: number) => void, before = (): unknown => undefined): void {
  const write = handle.write.bind(handle) as (...input: unknown[]) => Promise<{ bytesWritten: number; buffer: Buffer }>
  Object.assign(handle, {
    async write(...input: unknown[]) {
      await before()
      const result = await write(...input)
      report(result.bytesWritten)
      return result
    },
  })
}
