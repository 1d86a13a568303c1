import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inherited } from '../../shared/environment.ts'
import { MODEL_SIZES, moonshine } from '../../speech/packages/speech-catalogue.ts'
import { fileNameOf } from '../../speech/packages/tarball-source.ts'
import { ROOT } from '../source-tree.ts'
import { KEPT_MODEL, whyNoSpeech } from './speech-model.ts'

const run = promisify(execFile)
const why = await whyNoSpeech()
if (why !== null) console.log(`what understands speech is not tried: ${why}`)

async function lares(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  try {
    const { stdout, stderr } = await run(join(ROOT, 'lares'), words, { env: inherited() })
    return { code: 0, out: stdout, err: stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, out: stdout, err: stderr }
  }
}

describe.skipIf(why !== null)('what understands speech', () => {
  let data: string
  beforeAll(() => {
    data = mkdtempSync(join(tmpdir(), 'voice-'))
  })
  afterAll(() => rmSync(data, { recursive: true }))
  const model = () => join(data, 'speech', 'moonshine-base-0.1.16', 'encoder_model.onnx')

  it('is not there before, and the doctor says what fetches it', async () => {
    expect(await lares('voice', 'list', '--data', data)).toMatchObject({
      code: 0,
      out: expect.stringContaining('nothing is installed'),
    })
    const { code, out } = await lares('voice', 'doctor', '--data', data)
    expect(code).toBe(1)
    expect(out).toContain('hears: nothing: lares voice install')
  })

  it('is installed with its licences from a folder of tarballs, hears a sentence, and works without a network', async () => {
    const { code, out, err } = await lares('voice', 'install', '--size', 'base', '--data', data, '--from', KEPT_MODEL)
    expect(err).toContain('@usefulsensors/moonshine-js 0.1.16, MIT licence, of Useful Sensors')
    expect(out).toMatch(/^installed: moonshine base, \d\.\d\d s for a second of speech\n$/)
    expect(code).toBe(0)
    expect(existsSync(join(data, 'speech', '.fetched'))).toBe(false)
    const again = await lares('voice', 'install', '--size', 'base', '--data', data, '--from', join(data, 'nowhere'))
    expect(again.err).toContain('moonshine-base 0.1.16 is there already')
  })

  it('hears what a voice of this machine says', async () => {
    const { code, out } = await lares(
      'voice',
      'doctor',
      '--json',
      '--data',
      data,
      '--say',
      'turn off the lamp in the kitchen',
    )
    const { tried, hears } = JSON.parse(out)
    expect(hears).toBe('moonshine base')
    expect(tried.find(({ voice }: { voice: string }) => voice === 'flite')).toMatchObject({
      heard: 'Turn off the lamp in the kitchen.',
      wrong: 0,
      error: null,
    })
    expect(code).toBe(0)
  })

  it('that was damaged hears nothing, and is fetched anew', async () => {
    const bytes = readFileSync(model())
    bytes[1_000_000] = (bytes[1_000_000] ?? 0) ^ 1
    writeFileSync(model(), bytes)
    const { code, out } = await lares('voice', 'doctor', '--data', data)
    expect(out).toContain(
      'nothing: moonshine-base: encoder_model.onnx was changed or is missing; lares voice install mends it',
    )
    expect(code).toBe(1)
    const mended = await lares('voice', 'install', '--size', 'base', '--data', data, '--from', KEPT_MODEL)
    expect(mended.code).toBe(0)
    expect((await lares('voice', 'doctor', '--data', data)).code).toBe(0)
  })

  it('is removed as a whole', async () => {
    expect(await lares('voice', 'remove', '--data', data)).toMatchObject({ code: 0, out: 'removed\n' })
    expect(existsSync(join(data, 'speech'))).toBe(false)
  })
})

describe('a tarball that is pinned', () => {
  it.skipIf(why !== null)('has the length and the sum that are written down', () => {
    for (const tarball of MODEL_SIZES.flatMap((size) => moonshine(size).tarballs))
      expect(statSync(join(KEPT_MODEL, fileNameOf(tarball))).size).toBe(tarball.bytes)
  })
})
