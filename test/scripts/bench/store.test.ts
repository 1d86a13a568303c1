import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openCard, settledWrites } from '../../../scripts/lib/bench/store/card.ts'
import { loadLayout } from '../../../scripts/lib/bench/store/layout.ts'
import { LogFrames } from '../../../scripts/lib/bench/store/log-frames.ts'
import { layOut } from '../../../scripts/lib/bench/store/older-tree.ts'
import { openDatabase } from '../../../shared/sqlite/open.ts'
import { ROOT } from '../../source-tree.ts'
import { withoutRoot } from '../../without-root.ts'

const KEYS = [
  'device_kb_per_lone_message',
  'flushes_per_lone_message',
  'frames_per_lone_message',
  'mb_per_day_10_devices',
  'bytes_per_reading',
  'chart_24h_ms',
  'chart_1y_ms',
  'latest_ms',
  'purge_day_mb',
  'sync_us_per_row',
]
const OF_A_CARD = new Set(['device_kb_per_lone_message', 'flushes_per_lone_message'])

let scratch = ''
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'lares-bench-test-'))
})
afterEach(() => rmSync(scratch, { recursive: true, force: true }))

function bench(...args: string[]) {
  return spawnSync(join(ROOT, 'scripts/bench'), ['store', ...args], { encoding: 'utf8' })
}

describe('the benchmark of the store', () => {
  it('ends with one line of JSON in which every figure is a number, and what was not measured is null', () => {
    const { stdout, stderr, status } = bench('--readings', '1000', '--devices', '1', '--hours', '1', '--no-before')
    expect(status, stderr).toBe(0)
    const figures = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, number | null>
    expect(Object.keys(figures).sort()).toEqual(KEYS.flatMap((key) => [key, `${key}_before`]).sort())
    const noCard = stderr.includes('not measured: device_kb_per_lone_message and flushes_per_lone_message')
    for (const key of KEYS) {
      expect(figures[`${key}_before`], key).toBeNull()
      if (noCard && OF_A_CARD.has(key)) expect(figures[key], key).toBeNull()
      else expect(figures[key], key).toBeGreaterThan(0)
    }
    // A message of four readings writes at least their page, and a reading takes more than its bare numbers.
    expect(figures.frames_per_lone_message).toBeGreaterThanOrEqual(1)
    expect(figures.bytes_per_reading).toBeGreaterThan(30)
  }, 600_000)

  it.each([
    [['--readings', '10']],
    [['--hours', '0']],
    [['--hours', 'many']],
    [['--devices', '1.5']],
    [['--speed', '3']],
  ])('refuses %s in one sentence', (args) => {
    const { stdout, stderr, status } = bench(...args)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(/^scripts\/bench: .*--\w+/)
  })
})

describe('the layout before', () => {
  it('is laid out from its commit, and its modules are loaded from there', async () => {
    const tree = layOut('HEAD', { root: ROOT, folder: join(scratch, 'older') })
    if (typeof tree === 'string') throw new Error(tree)
    expect(existsSync(join(tree.root, 'hub/core/open-house.ts'))).toBe(true)
    const [older, own] = [await loadLayout(tree.root), await loadLayout(ROOT)]
    expect(older.openHouse).toBeTypeOf('function')
    expect(older.openHouse).not.toBe(own.openHouse)
  })

  it('has its packages from here, but SQLite as it came and not as it was compiled', () => {
    const root = join(scratch, 'checkout')
    const sqlite = join(root, 'node_modules/better-sqlite3')
    for (const folder of ['build/Release', 'lib', 'prebuilds']) mkdirSync(join(sqlite, folder), { recursive: true })
    mkdirSync(join(root, 'node_modules/zod'))
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', root, '-c', 'user.name=t', '-c', 'user.email=t@localhost', ...args])
    git('init', '--quiet')
    git('commit', '--quiet', '--allow-empty', '--message', 'Begin')
    const folder = join(scratch, 'older')
    expect(layOut('HEAD', { root, folder })).toEqual({ root: folder })
    expect(readdirSync(join(folder, 'node_modules/better-sqlite3')).sort()).toEqual(['lib', 'prebuilds'])
    expect(realpathSync(join(folder, 'node_modules/zod'))).toBe(realpathSync(join(root, 'node_modules/zod')))
  })

  it('is missing with a reason where the commit is not there', () => {
    const folder = join(scratch, 'older')
    expect(layOut('0'.repeat(40), { root: ROOT, folder })).toMatch(/^0{40} is not to be had from git here/)
    expect(layOut('HEAD', { root: scratch, folder })).toMatch(/^HEAD is not to be had/)
  })
})

describe('the frames of a log', () => {
  it('are counted commit by commit, also when the log begins anew', () => {
    const file = join(scratch, 'frames.db')
    const db = openDatabase({ file })
    db.pragma('wal_autocheckpoint = 0')
    db.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT)')
    const frames = new LogFrames(file)
    const insert = (rows: number, bytes: number) =>
      db.transaction(() => {
        for (let n = 0; n < rows; n += 1) db.prepare('INSERT INTO t (text) VALUES (?)').run('x'.repeat(bytes))
      })()
    insert(1, 10)
    expect(frames.added()).toBe(1)
    expect(frames.added()).toBe(0)
    db.pragma('wal_checkpoint(PASSIVE)')
    // More than the log had before: only the salt tells that it began anew.
    insert(40, 3_000)
    const [{ log }] = db.pragma('wal_checkpoint(PASSIVE)') as [{ log: number }]
    expect(log).toBeGreaterThan(20)
    expect(frames.added()).toBe(log)
    db.close()
    frames.close()
  })
})

describe('a card', () => {
  it('is refused in a sentence to whoever is not root', async () => {
    expect(await withoutRoot(() => openCard('test', 50))).toMatch(/^(?:only root may|no image could)/)
  })

  it('counts what reaches it, and is gone afterwards', async (context) => {
    const card = openCard('test', 200)
    if (typeof card === 'string') return context.skip(card)
    const before = settledWrites(card)
    execFileSync('dd', [
      'if=/dev/urandom',
      `of=${card.folder}/file`,
      'bs=4096',
      'count=100',
      'conv=fsync',
      'status=none',
    ])
    const after = settledWrites(card)
    expect(after.bytes - before.bytes).toBeGreaterThanOrEqual(100 * 4_096)
    expect(after.flushes).toBeGreaterThan(before.flushes)
    card.close()
    expect(existsSync(card.folder)).toBe(false)
    // The kernel lets the device go when the last who looked at it is done.
    const devices = () => execFileSync('losetup', ['-a'], { encoding: 'utf8' })
    await vi.waitFor(() => expect(devices()).not.toContain(dirname(card.folder)), { timeout: 30_000 })
  })
})
