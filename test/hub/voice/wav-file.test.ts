import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WavFile } from '../../../hub/voice/wav-file.ts'
import { WAV_HEADER_BYTES, wavHeader } from '../../../hub/voice/wav-header.ts'
import { missing } from '../../fixtures/speech.ts'
import { FRAME_BYTES, pcmOf } from './sound.ts'

const soxMissing = missing(['soxi'])
if (soxMissing) process.stderr.write(`a WAV file is not shown to sox: ${soxMissing}\n`)

let folder: string
let file: string
const create = () => open(file, 'wx+', 0o600)
const quiet = () => {}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wav-'))
  file = join(folder, 'a.wav')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('a WAV file that grows', () => {
  it('holds every sample behind a correct header, and its checksum is that of the whole file', async () => {
    const wav = new WavFile(create, quiet)
    const frames = Array.from({ length: 80 }, (_, seq) => pcmOf(seq))
    for (const pcm of frames) wav.add(pcm)
    const { bytes, sha256 } = await wav.close()
    const content = readFileSync(file)
    expect(content).toEqual(Buffer.concat([wavHeader(80 * FRAME_BYTES), ...frames]))
    expect(bytes).toBe(content.length)
    expect(sha256).toBe(createHash('sha256').update(content).digest('hex'))
  })

  it.skipIf(soxMissing)('is a file that sox understands', async () => {
    const wav = new WavFile(create, quiet)
    for (let seq = 0; seq < 50; seq++) wav.add(pcmOf(seq))
    wav.addSilence(FRAME_BYTES)
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

  it('is written while it grows, so that about a second is in memory', async () => {
    const handles: FileHandle[] = []
    const written = eventOf<number>()
    const wav = new WavFile(async () => {
      const handle = await create()
      handles.push(handle)
      spyOnWrites(handle, written.happened)
      return handle
    }, quiet)
    for (let seq = 0; seq < 24; seq++) wav.add(pcmOf(seq))
    expect(handles).toHaveLength(0)
    wav.add(pcmOf(24))
    expect(await written.next((bytes) => bytes >= WAV_HEADER_BYTES + 25 * FRAME_BYTES)).toBe(
      WAV_HEADER_BYTES + 25 * FRAME_BYTES,
    )
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
    }, quiet)
    wav.add(pcmOf(0))
    await wav.close()
    expect(done).toEqual(['write', 'write', 'write', 'sync'])
  })

  it('writes ten minutes of silence without holding them', async () => {
    const wav = new WavFile(create, quiet)
    wav.addSilence(600 * 32_000)
    wav.add(pcmOf(1))
    const { bytes } = await wav.close()
    expect(bytes).toBe(WAV_HEADER_BYTES + 600 * 32_000 + FRAME_BYTES)
    expect(readFileSync(file).subarray(-FRAME_BYTES)).toEqual(pcmOf(1))
  })

  it('tells once that the disk refused, and drops what comes then', async () => {
    writeFileSync(file, '')
    const faults: string[] = []
    const readOnly = () => open(file, 'r')
    const wav = new WavFile(readOnly, (error) => faults.push(error.message))
    for (let seq = 0; seq < 100; seq++) wav.add(pcmOf(seq))
    await expect(wav.close()).rejects.toThrow('EBADF')
    wav.add(pcmOf(1))
    await expect(wav.close()).rejects.toThrow('EBADF')
    expect(faults).toEqual([expect.stringContaining('EBADF')])
  })

  it('does not take silence that was written for room in memory', async () => {
    const faults: string[] = []
    const silent = 60 * 32_000
    const written = eventOf<number>()
    let stuck = false
    const wav = new WavFile(
      async () => {
        const handle = await create()
        spyOnWrites(handle, written.happened, () => (stuck ? new Promise(() => {}) : undefined))
        return handle
      },
      (error) => faults.push(error.message),
    )
    const quietened = written.next((bytes) => bytes >= WAV_HEADER_BYTES + silent)
    wav.addSilence(silent)
    await quietened
    stuck = true
    for (let seq = 0; seq < 32 * 25; seq++) wav.add(pcmOf(seq))
    expect(faults).toHaveLength(1)
  })

  it('gives up when the disk is 30 seconds behind, and holds nothing more', async () => {
    const faults: string[] = []
    const stuck = eventOf<FileHandle>()
    const wav = new WavFile(
      () => stuck.next(() => true),
      (error) => faults.push(error.message),
    )
    for (let seq = 0; seq < 30 * 25; seq++) wav.add(pcmOf(seq))
    expect(faults).toEqual([])
    wav.add(pcmOf(1))
    wav.add(pcmOf(2))
    expect(faults).toEqual(['the disk is 30 seconds behind'])
    const closing = wav.close()
    stuck.happened(await create())
    await expect(closing).rejects.toThrow('30 seconds behind')
  })
})

/** Something that can be awaited until it satisfies a condition. */
function eventOf<T>(): { happened(value: T): void; next(wanted: (value: T) => boolean): Promise<T> } {
  const waiting: { wanted: (value: T) => boolean; resolve: (value: T) => void }[] = []
  return {
    happened(value) {
      for (const { wanted, resolve } of waiting) if (wanted(value)) resolve(value)
    },
    next: (wanted) => new Promise((resolve) => waiting.push({ wanted, resolve })),
  }
}

/** Reports the bytes written to a handle so far, after each write; `before` may hold a write up. */
function spyOnWrites(handle: FileHandle, report: (total: number) => void, before = (): unknown => undefined): void {
  const write = handle.write.bind(handle) as (...input: unknown[]) => Promise<{ bytesWritten: number; buffer: Buffer }>
  let total = 0
  Object.assign(handle, {
    async write(...input: unknown[]) {
      await before()
      const result = await write(...input)
      total += result.bytesWritten
      report(total)
      return result
    },
  })
}
