import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packTar, type TarEntry } from 'modern-tar'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { restoreArchive } from '../../../hub/archive/restore-archive.ts'
import { digestOf } from './house-to-pack.ts'

let base: string
let folder: string

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'lares-hostile-'))
  folder = join(base, 'house')
  mkdirSync(folder)
  writeFileSync(join(folder, 'tls.key'), 'mine')
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

const MANIFEST = { format: 1, version: '0.1.0', schema: '0001', made_at: 1, house: 'Home', bytes: 10, rows: {} }
const text = (name: string, body: string): TarEntry => ({
  header: { name, size: Buffer.byteLength(body), type: 'file' },
  body,
})
const manifest = (changes: object = {}) => text('manifest.json', JSON.stringify({ ...MANIFEST, ...changes }))

/** With checksums that fit, so that nothing but the entry itself is wrong. */
function ended(...entries: TarEntry[]): TarEntry[] {
  const files = entries.map(({ header, body }) => {
    const bytes = Buffer.from(String(body ?? ''))
    return { name: header.name, bytes: bytes.length, sha256: digestOf(bytes) }
  })
  return [...entries, text('checksums.json', JSON.stringify({ files }))]
}

async function restore(entries: TarEntry[]) {
  const source = join(base, 'hostile.tar')
  writeFileSync(source, await packTar(entries))
  return await restoreArchive(folder, { source, now: 5, passphrase: () => Promise.reject(new Error('asked')) })
}

const hostile: [string, () => TarEntry[], RegExp][] = [
  ['a path that leads out of the folder', () => ended(manifest(), text('../evil', 'x')), /"\.\.\/evil"/],
  [
    'a path that leads out of a folder in it',
    () => ended(manifest(), text('clips/../../evil', 'x')),
    /which no hub packs/,
  ],
  ['a path from the root', () => ended(manifest(), text('/etc/cron.d/evil', 'x')), /which no hub packs/],
  ['a file that no hub has', () => ended(manifest(), text('hub.sock', 'x')), /which no hub packs/],
  [
    'a link',
    () => ended(manifest(), { header: { name: 'keys', size: 0, type: 'symlink', linkname: '/etc' } }),
    /\(symlink\), which no hub packs/,
  ],
  [
    'a link with a name that a hub packs',
    () => ended(manifest(), { header: { name: 'tls.key', size: 0, type: 'link', linkname: '/etc/shadow' } }),
    /\(link\), which no hub packs/,
  ],
  [
    'a name of millions of letters',
    () => ended(manifest(), { header: { name: 'x', size: 0, type: 'file', pax: { path: 'é'.repeat(1_000_000) } } }),
    /^.{1,400}$/,
  ],
  [
    'a header that goes on for ever',
    () => ended(manifest(), { header: { name: 'x', size: 0, type: 'file', pax: { path: 'x'.repeat(9_000_000) } } }),
    /metadata entry exceeds maximum size/,
  ],
  [
    'a moment that is none',
    () => ended(manifest({ made_at: 8_640_000_000_000_001 }), text('hub.db', 'x')),
    /manifest cannot be read/,
  ],
  [
    'tables that have no such name',
    () => ended(manifest({ rows: { '\u001b[2J': 1 } }), text('hub.db', 'x')),
    /manifest cannot be read/,
  ],
  [
    'a place that no hub names',
    () => ended(manifest({ places: { '/etc/x': 'y' } }), text('hub.db', 'x')),
    /manifest cannot be read/,
  ],
  [
    'a version that a terminal obeys',
    () => ended(manifest({ format: 9, version: `9\u001b]0;x\u0007\u009b2J${'9'.repeat(5_000)}` })),
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /^[^\u0000-\u001f\u007f-\u009f]{1,300}$/,
  ],
  ['a file twice', () => ended(manifest(), text('tls.key', 'a'), text('tls.key', 'b')), /twice/],
  ['nothing before a manifest', () => ended(text('hub.db', 'x')), /is no archive of a hub/],
  ['a manifest that says nothing', () => ended(text('manifest.json', '[]')), /its manifest cannot be read/],
  ['no database', () => ended(manifest(), text('tls.key', 'x')), /it holds no database/],
  ['no end', () => [manifest(), text('hub.db', 'x')], /its end is missing/],
  [
    'other bytes than it says',
    () => [
      ...ended(manifest(), text('hub.db', 'x')).slice(0, 1),
      text('hub.db', 'y'),
      ended(manifest(), text('hub.db', 'x'))[2] as TarEntry,
    ],
    /hub\.db is another than was packed/,
  ],
  ['a form that came later', () => ended(manifest({ format: 2, version: '9.0.0' })), /made by Lares 9\.0\.0/],
  ['a database that is none', () => ended(manifest(), text('hub.db', 'x'.repeat(8_192))), /database/],
  ['more than there is room for', () => ended(manifest({ bytes: 1e15 }), text('hub.db', 'x')), /needs .* MB free/],
]

describe('an archive that nobody packed', () => {
  for (const [what, entries, words] of hostile)
    it(`changes nothing with ${what}`, async () => {
      await expect(restore(entries())).rejects.toThrow(words)
      expect(
        (readdirSync(base, { recursive: true }) as string[]).filter((name) => !/lock\.db/.test(name)).sort(),
      ).toEqual(['hostile.tar', 'house', 'house/tls.key'])
    })
})
