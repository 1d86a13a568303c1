import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SpeechFolder } from '../../speech/packages/speech-folder.ts'
import { folderSource, registrySource, type TarballSource } from '../../speech/packages/tarball-source.ts'
import { componentOf, type MadeTarball, madeTarball } from './made-tarball.ts'
import { RegistryServer } from './registry-server.ts'

/** Noise, because a file that packs well arrives in one piece. */
const NOISE = randomBytes(300_000)
const FILES = {
  'model/large.onnx': NOISE,
  'model/other.txt': 'other',
  'README.md': 'read me',
  'lib/a.js': 'a',
  'lib/b/c.js': 'c',
}
const PATH = '/@somebody/model/-/model-1.2.3.tgz'

let data: string
let speech: SpeechFolder
let made: MadeTarball
let registry: RegistryServer
let source: TarballSource

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'speech-'))
  speech = new SpeechFolder(data)
  made = await madeTarball(FILES, {
    takes: [
      { from: 'model/large.onnx', to: 'large.onnx' },
      { from: 'lib', to: 'node_modules/model/lib' },
    ],
  })
  registry = await RegistryServer.start({ [PATH]: made.file })
  source = await registrySource(registry.address)
})
afterEach(async () => {
  await registry.stop()
  rmSync(data, { recursive: true })
})

function install({ signal = new AbortController().signal, from = source, component = componentOf(made.tarball) } = {}) {
  const shown: number[] = []
  const progress = () => (done: number) => void shown.push(done)
  return speech.install(component, { source: from, progress, signal }).then(() => shown)
}
const at = (path: string) => join(speech.folder, 'model-1.2.3', path)
const fetched = () => readFileSync(join(speech.folder, '.fetched', 'model-1.2.3.tgz'))

/** A connection that breaks once something of the file was kept. */
async function interrupted(): Promise<void> {
  registry.conduct = { stopsAfter: 100_000 }
  const broken = install()
  broken.catch(() => {})
  await vi.waitFor(() => expect(fetched().length).toBeGreaterThan(0))
  registry.breakConnections()
  await broken
}

describe('a component', () => {
  it('is there with what is wanted of it, its licence, and nothing else', async () => {
    expect(speech.lookAt(componentOf(made.tarball))).toBe('missing')
    const shown = await install()
    expect(shown.at(-1)).toBe(made.file.length)
    expect(readFileSync(at('large.onnx')).equals(NOISE)).toBe(true)
    expect(readFileSync(at('node_modules/model/lib/b/c.js'), 'utf8')).toBe('c')
    expect(readdirSync(at('.')).sort()).toEqual(['LICENCES', 'contents.json', 'large.onnx', 'node_modules'])
    expect(readFileSync(at('LICENCES'), 'utf8')).toContain('Copyright (c) Somebody')
    expect(speech.lookAt(componentOf(made.tarball))).toBeNull()
    expect(await speech.check(componentOf(made.tarball))).toBeNull()
  })

  it('goes on where a connection broke, and fetches no byte twice', async () => {
    await expect(interrupted()).rejects.toMatchObject({
      code: 'unreachable',
      hint: 'Run the same command again: it goes on where it stopped.',
    })
    const kept = fetched().length
    expect(kept).toBeGreaterThan(0)
    expect(existsSync(at('.'))).toBe(false)
    registry.conduct = {}
    await install()
    expect(registry.asked.map(({ range }) => range)).toEqual([null, `bytes=${kept}-`])
    expect(await speech.check(componentOf(made.tarball))).toBeNull()
  })

  it('that ended too soon, as where a proxy cuts it off, goes on too', async () => {
    const from: TarballSource = {
      open: async (_tarball, begin) => ({
        from: begin,
        bytes: Readable.from([made.file.subarray(begin, begin + 9_000)]),
      }),
    }
    await expect(install({ from })).rejects.toMatchObject({
      message: `model-1.2.3.tgz ended after 9000 of ${made.file.length} bytes`,
      hint: 'Run the same command again: it goes on where it stopped.',
    })
    await install()
    expect(registry.asked.map(({ range }) => range)).toEqual(['bytes=9000-'])
  })

  it('begins anew where the source knows no ranges', async () => {
    await expect(interrupted()).rejects.toThrow()
    registry.conduct = { whole: true }
    await install()
    expect(await speech.check(componentOf(made.tarball))).toBeNull()
  })

  it('is not what came where one byte of it is another, and that is thrown away', async () => {
    const other = Buffer.from(made.file)
    other[1_000] = (other[1_000] ?? 0) ^ 1
    mkdirSync(join(data, 'brought'))
    writeFileSync(join(data, 'brought', 'somebody-model-1.2.3.tgz'), other)
    await expect(install({ from: folderSource(join(data, 'brought')) })).rejects.toMatchObject({
      code: 'bad_params',
      message: expect.stringContaining('another file (SHA-256'),
      hint: 'It was thrown away. Run the same command again; where that does not help, the source is not to be trusted.',
    })
    expect(readdirSync(join(speech.folder, '.fetched'))).toEqual([])
    expect(existsSync(at('.'))).toBe(false)
    await install()
    expect(speech.lookAt(componentOf(made.tarball))).toBeNull()
  })

  it('takes no more from a source without end than the file has', async () => {
    let pulled = 0
    async function* endless() {
      for (;;) {
        pulled += 65_536
        yield Buffer.alloc(65_536)
      }
    }
    const from: TarballSource = { open: async (_tarball, begin) => ({ from: begin, bytes: endless() }) }
    await expect(install({ from })).rejects.toThrow('what came as model-1.2.3.tgz is longer than it may be')
    expect(pulled).toBeLessThanOrEqual(made.file.length + 65_536)
    expect(readdirSync(join(speech.folder, '.fetched'))).toEqual([])
  })

  it('is fetched by nobody who was told to stop, and goes on later', async () => {
    const stopped = new AbortController()
    stopped.abort(new Error('stopped'))
    await expect(install({ signal: stopped.signal })).rejects.toThrow('stopped')
    await install()
  })

  it('lacking something that is wanted is none', async () => {
    const { tarball } = made
    const component = componentOf({ ...tarball, takes: [...tarball.takes, { from: 'model/none.onnx', to: 'none' }] })
    await expect(install({ component })).rejects.toThrow('@somebody/model 1.2.3 has no model/none.onnx')
    expect(existsSync(at('.'))).toBe(false)
  })

  it('is known to be changed at a look when it was cut off, and when it is read where one byte is another', async () => {
    await install()
    const component = componentOf(made.tarball)
    const bytes = readFileSync(at('large.onnx'))
    bytes[9] = (bytes[9] ?? 0) ^ 1
    writeFileSync(at('large.onnx'), bytes)
    expect(speech.lookAt(component)).toBeNull()
    expect(await speech.check(component)).toBe('large.onnx')
    truncateSync(at('large.onnx'), 1_000)
    expect(speech.lookAt(component)).toBe('changed')
    await install()
    expect(await speech.check(component)).toBeNull()
  })

  it('leaves nothing behind that an interruption left, nor what nobody wants', async () => {
    mkdirSync(join(speech.folder, '.model-1.2.3.unpacked'), { recursive: true })
    writeFileSync(join(speech.folder, '.model-1.2.3.unpacked', 'half.onnx'), 'half')
    mkdirSync(join(speech.folder, 'model-1.0.0'))
    await install()
    expect(existsSync(at('half.onnx'))).toBe(false)
    speech.tidy([componentOf(made.tarball)])
    expect(readdirSync(speech.folder)).toEqual(['model-1.2.3'])
  })
})

describe('a tarball', () => {
  it('leads nowhere but to the folder, whatever its names and links say', async () => {
    const body = Buffer.from('evil')
    const hostile = await madeTarball(FILES, {
      takes: [{ from: 'lib', to: 'lib' }],
      more: [
        { header: { name: 'package/lib/../../../evil.js', size: 4, type: 'file' }, body },
        { header: { name: '/lib/evil.js', size: 4, type: 'file' }, body },
        { header: { name: 'package/lib/link.js', size: 0, type: 'symlink', linkname: '/etc/passwd' } },
      ],
    })
    const from = folderSource(join(data, 'brought'))
    mkdirSync(join(data, 'brought'))
    writeFileSync(join(data, 'brought', 'somebody-model-1.2.3.tgz'), hostile.file)
    await install({ from, component: componentOf(hostile.tarball) })
    expect(readdirSync(at('lib')).sort()).toEqual(['a.js', 'b'])
    expect(readdirSync(data).sort()).toEqual(['brought', 'speech'])
  })

  it('is named as npm names it, where it is not there', async () => {
    await expect(install({ from: folderSource(data) })).rejects.toMatchObject({
      code: 'not_found',
      message: `${data} has no somebody-model-1.2.3.tgz`,
      hint: 'On a machine with a network: npm pack @somebody/model@1.2.3; then bring the file here.',
    })
  })

  it('that the registry does not have is not to be had, and it says who said so', async () => {
    registry.conduct = { status: 503 }
    await expect(install()).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/^127\.0\.0\.1:\d+ cannot be reached: it answers 503$/),
    })
    await expect(registrySource('ftp://127.0.0.1')).rejects.toMatchObject({
      code: 'bad_params',
      hint: 'It begins with https://, as npm config get registry prints it.',
    })
  })
})
