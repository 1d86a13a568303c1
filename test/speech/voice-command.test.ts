import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runVoice } from '../../speech/main.ts'
import { fittingSize } from '../../speech/measure-listener.ts'
import { takeInstallLock } from '../../speech/packages/install-lock.ts'
import { onnxRuntime } from '../../speech/packages/speech-catalogue.ts'
import { asPattern } from '../remedies/lib/as-pattern.ts'

let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'voice-'))
})
afterEach(() => rmSync(data, { recursive: true, force: true }))

async function voice(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' }
  const outlets = {
    out: (text: string) => {
      said.out += text
    },
    err: (text: string) => {
      said.err += text
    },
  }
  return { code: await runVoice([...words, '--data', data], outlets), ...said }
}

describe('lares voice', () => {
  it('says what is wrong with a call, and what to write instead', async () => {
    for (const [words, says, hint] of [
      [['install', '--size', 'bsae'], 'there is no size "bsae"', 'There are base and tiny.'],
      [['install', '--language', 'fr'], '"fr" is no language that is known here', 'There are en and de.'],
      [
        ['install', '--language', 'de'],
        'a model that fits here is known for English alone',
        'Leave --language out for English.',
      ],
      [['instal'], 'lares voice knows no instal', 'Did you mean lares voice install?'],
      [['list', '--size', 'base'], '--size', 'lares voice'],
    ] as const) {
      const { code, err } = await voice(...words)
      expect(err).toContain(says)
      expect(err).toContain(hint)
      expect(code).not.toBe(0)
    }
  })

  it('wants a data folder that is there, and makes none by mistake', async () => {
    rmSync(data, { recursive: true })
    for (const verb of ['install', 'list', 'doctor', 'remove']) {
      const { code, err } = await voice(verb)
      expect(err).toContain(`there is no data folder ${data}`)
      expect(err).toContain('Name that of the hub: --data DIR.')
      expect(code).not.toBe(0)
    }
    mkdirSync(data)
    expect(await voice('list')).toMatchObject({
      code: 0,
      out: 'nothing is installed; lares voice install fetches what understands English\n',
    })
    expect(JSON.parse((await voice('list', '--json')).out)).toEqual({ installed: [], chosen: null })
  })

  it('names the tarball that is missing where they were to be brought, and says how to get it', async () => {
    const { code, err } = await voice('install', '--from', data)
    expect(err).toContain(`${data} has no onnxruntime-node-1.30.0.tgz`)
    expect(err).toMatch(asPattern('On a machine with a network: npm pack …@…; then bring the file here.'))
    expect(code).not.toBe(0)
  })

  it('installs for one at a time, and takes over from one that is gone', async () => {
    mkdirSync(join(data, 'speech'))
    // The first process of the machine is always there, and is none of ours.
    writeFileSync(join(data, 'speech', '.installing'), '1')
    const { err } = await voice('install', '--from', data)
    expect(err).toContain('process 1 installs there already')
    expect(err).toContain('Wait until it has ended, and look: lares voice list.')
    writeFileSync(join(data, 'speech', '.installing'), String(2 ** 22 + 1))
    expect((await voice('install', '--from', data)).err).toContain('has no onnxruntime-node')
    // It gave it back, though it failed.
    takeInstallLock(join(data, 'speech', '.installing'))()
  })
})

describe('the size that is taken', () => {
  it.each([
    ['base', { base: 0.3, tiny: 0.1 }, 600e6],
    ['tiny', { base: 0.31, tiny: 0.3 }, 600e6],
    [null, { base: 0.9, tiny: 0.4 }, 4e9],
    [null, { base: 0.1, tiny: 0.1 }, 599e6],
    [null, { base: 0.9 }, 4e9],
  ])('is %s where a second of speech takes %o s and %d bytes are free', (size, times, free) => {
    expect(fittingSize(new Map(Object.entries(times)) as Parameters<typeof fittingSize>[0], free)).toBe(size)
  })

  it('is none on a processor for which nothing runs models', () => {
    expect(() => onnxRuntime('arm')).toThrow(
      expect.objectContaining({
        message: 'nothing that runs models is known for the processor arm',
        hint: 'A Raspberry Pi needs a 64-bit system (uname -m says aarch64). What needs no model works all the same.',
      }),
    )
  })
})
