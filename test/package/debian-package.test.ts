import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inherited } from '../../shared/environment.ts'
import { ROOT } from '../source-tree.ts'

const why = whyNot()
if (why !== null) console.log(`nothing is packed and tried: ${why}`)

/** `null`: this machine can. */
function whyNot(): string | null {
  if (process.geteuid?.() !== 0) return 'only root makes a fresh Debian'
  if (process.arch !== 'x64') return 'it is tried on a PC'
  if (spawnSync('mmdebstrap', ['--version']).error) return 'mmdebstrap is not installed'
  if (spawnSync('git', ['-C', ROOT, 'rev-parse', 'HEAD']).status !== 0) return 'this is no git checkout'
  return null
}

/** Packs the last commit, as somebody with this umask does, in a checkout of their own. Returns where to. */
function packed(home: string, umask: string): string {
  const checkout = join(home, `checkout-${umask}`)
  const out = join(home, `out-${umask}`)
  execFileSync('git', ['clone', '--quiet', `file://${ROOT}`, checkout])
  const script = `umask ${umask} && cd '${checkout}' && scripts/setup --quiet && scripts/package --arch amd64 --fast --quiet --out '${out}'`
  const { status, stderr } = spawnSync('bash', ['-c', script], {
    encoding: 'utf8',
    // What was compiled by others is no proof.
    env: inherited({ LARES_PACKAGE_CACHE: join(home, `cache-${umask}`), NODE_ENV: undefined }),
  })
  if (status !== 0) throw new Error(`scripts/package ended with ${status}: ${stderr.slice(-2_000)}`)
  return out
}

describe.skipIf(why !== null)('the package for a PC', () => {
  let home: string
  let out: string
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'lares-package-'))
    out = packed(home, '022')
  }, 900_000)
  afterAll(() => rmSync(home, { recursive: true, force: true }))
  const deb = () => join(out, readdirSync(out).find((name) => name.endsWith('.deb')) ?? 'none')

  it('comes with its sums and its licences', () => {
    execFileSync('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], { cwd: out })
    expect(readdirSync(out).map((name) => name.replace(/_.*_/, '_'))).toEqual(
      expect.arrayContaining(['LICENCES', 'SHA256SUMS', 'lares_amd64.deb', 'lares_amd64.tar.xz']),
    )
    expect(readFileSync(join(out, 'LICENCES'), 'utf8')).toContain('better-sqlite3')
  })

  it('runs from where its tarball is unpacked', () => {
    const tarball = readdirSync(out).find((name) => name.includes('.tar.')) ?? 'none'
    execFileSync('tar', ['-xf', join(out, tarball), '-C', home])
    const folder = readdirSync(home).find((name) => name.startsWith('lares')) ?? 'none'
    const version = execFileSync(join(home, folder, 'lares'), ['--version'], {
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin' },
    })
    expect(version.trim()).toBe(
      (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version,
    )
  })

  it('is the same, whoever packs the commit, and where', () => {
    const others = packed(home, '077')
    expect(readFileSync(join(others, 'SHA256SUMS'), 'utf8')).toBe(readFileSync(join(out, 'SHA256SUMS'), 'utf8'))
  }, 900_000)

  it('is installed, run, upgraded, interrupted, taken back, removed and purged in a fresh Debian', () => {
    const { status, stdout, stderr } = spawnSync('bash', [join(ROOT, 'scripts/lib/package/try-deb.sh'), deb()], {
      encoding: 'utf8',
    })
    expect({ status, said: `${stdout}${stderr}`.trim().split('\n').at(-1) }).toEqual({
      status: 0,
      said: 'try-deb: all of it holds',
    })
  }, 1_200_000)
})
