import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildShim, type ShimName, shimTrouble } from '../lib/shim.ts'

let scratch: string
let folder: string

beforeEach(() => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), 'lares-shim-')))
  folder = join(scratch, 'data')
  mkdirSync(folder)
})
afterEach(() => rmSync(scratch, { recursive: true, force: true }))

/** The helpers that the tiny programs below start with. */
const PRELUDE = `
const fs = require('node:fs')
const at = (name) => process.env.FOLDER + '/' + name
const sync = (name) => { const fd = fs.openSync(at(name), 'r'); fs.fsyncSync(fd); fs.closeSync(fd) }
const syncFolder = () => sync('.')
const cut = () => { process.kill(process.pid, 'SIGUSR2'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10000) }
`

/** Runs a program of a few lines under a shim. */
function run(shim: ShimName, program: string, env: NodeJS.ProcessEnv) {
  return spawnSync(process.execPath, ['-e', PRELUDE + program], {
    env: { PATH: process.env.PATH, FOLDER: folder, LD_PRELOAD: buildShim(shim), ...env },
    encoding: 'utf8',
  })
}

const cutRun = (program: string, env: NodeJS.ProcessEnv = {}) =>
  run('power-cut', program, { LARES_POWER_CUT_FOLDER: folder, ...env })

const read = (name: string) => readFileSync(join(folder, name), 'utf8')

describe.skipIf(shimTrouble !== null)('a modelled power cut', () => {
  it('keeps what was synced and takes what was not', () => {
    const { status, stderr } = cutRun(`
      fs.writeFileSync(at('a'), 'first'); sync('a'); syncFolder()
      const fd = fs.openSync(at('a'), 'r+')
      fs.writeSync(fd, 'F', 0); fs.writeSync(fd, ' and more', 5); fs.ftruncateSync(fd, 3)
      cut()`)
    expect(stderr).toContain('lost_writes=3 of 3')
    expect(status).toBe(86)
    expect(read('a')).toBe('first')
  })

  it('takes fdatasync for a sync of the bytes and of the length they need', () => {
    cutRun(`
      const fd = fs.openSync(at('a'), 'w'); syncFolder()
      fs.writeSync(fd, 'kept'); fs.fdatasyncSync(fd); fs.writeSync(fd, ' and lost')
      cut()`)
    expect(read('a')).toBe('kept')
  })

  it('takes a new file whose folder was not synced, though its bytes were', () => {
    cutRun(`fs.writeFileSync(at('a'), 'x'); sync('a'); cut()`)
    expect(readdirSync(folder)).toEqual([])
  })

  it('brings back what was removed or replaced without a sync of the folder', () => {
    cutRun(`
      for (const name of ['gone', 'old']) { fs.writeFileSync(at(name), name); sync(name) }
      syncFolder()
      fs.rmSync(at('gone'))
      fs.writeFileSync(at('new'), 'new'); sync('new'); fs.renameSync(at('new'), at('old'))
      cut()`)
    expect(readdirSync(folder).sort()).toEqual(['gone', 'old'])
    expect([read('gone'), read('old')]).toEqual(['gone', 'old'])
  })

  it('keeps a file that was written, synced, renamed and whose folder was synced', () => {
    cutRun(`
      fs.writeFileSync(at('old'), 'old'); sync('old'); syncFolder()
      fs.writeFileSync(at('new'), 'new'); sync('new'); fs.renameSync(at('new'), at('old')); syncFolder()
      cut()`)
    expect(readdirSync(folder)).toEqual(['old'])
    expect(read('old')).toBe('new')
  })

  it('sees copies, appends, truncating opens and writes of many buffers', () => {
    cutRun(`
      fs.writeFileSync(at('a'), 'base'); sync('a'); fs.writeFileSync(at('b'), ''); sync('b'); syncFolder()
      fs.appendFileSync(at('a'), '+tail'); fs.copyFileSync(at('a'), at('b'))
      const fd = fs.openSync(at('a'), 'r+'); fs.writevSync(fd, [Buffer.from('x'), Buffer.from('y')], 0)
      fs.writeFileSync(at('a'), 'other')
      cut()`)
    expect([read('a'), read('b')]).toEqual(['base', ''])
  })

  it('cuts during the chosen fsync, before anything can follow it', () => {
    const program = `
      const fd = fs.openSync(at('a'), 'w'); syncFolder()
      for (let i = 1; i < 10; i++) { fs.writeSync(fd, String(i)); fs.fsyncSync(fd); process.stdout.write(String(i)) }`
    const { status, stdout } = cutRun(program, { LARES_POWER_CUT_AFTER_SYNCS: '5' })
    expect({ status, stdout, kept: read('a') }).toEqual({ status: 86, stdout: '123', kept: '123' })
  })

  it('keeps a random part chosen by the seed, the same part for the same seed', () => {
    const program = `
      const fd = fs.openSync(at('a'), 'w'); fs.writeSync(fd, Buffer.alloc(8192, '.')); fs.fsyncSync(fd); syncFolder()
      for (let i = 0; i < 8; i++) fs.writeSync(fd, Buffer.alloc(1024, String(i)), 0, 1024, i * 1024)
      cut()`
    const outcomes = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => {
      const env = { LARES_POWER_CUT_KEEP: 'some', LARES_POWER_CUT_SEED: String(seed) }
      cutRun(program, env)
      const first = read('a')
      rmSync(join(folder, 'a'))
      cutRun(program, env)
      expect(read('a')).toBe(first)
      return first
    })
    expect(new Set(outcomes).size).toBeGreaterThan(2)
    expect(outcomes.every((text) => text.length === 8192)).toBe(true)
  })

  it('loses what SQLite commits with synchronous=NORMAL and keeps what it commits with FULL', () => {
    const rowsAfterCut = (synchronous: string) => {
      rmSync(join(folder, 'x.db'), { force: true })
      cutRun(`
        const Sqlite = require(${JSON.stringify(join(import.meta.dirname, '../../../node_modules/better-sqlite3'))})
        const db = new Sqlite(at('x.db'))
        db.pragma('journal_mode = WAL'); db.pragma('synchronous = FULL')
        db.exec('CREATE TABLE t (n)'); db.pragma('wal_checkpoint(TRUNCATE)')
        db.pragma('synchronous = ${synchronous}')
        for (let n = 0; n < 100; n++) db.prepare('INSERT INTO t VALUES (?)').run(n)
        cut()`)
      const counted = spawnSync(
        process.execPath,
        [
          '-e',
          `const Sqlite = require(${JSON.stringify(join(import.meta.dirname, '../../../node_modules/better-sqlite3'))})
           const db = new Sqlite(process.argv[1])
           console.log(db.prepare('SELECT count(*) FROM t').pluck().get(), db.pragma('integrity_check', { simple: true }))`,
          join(folder, 'x.db'),
        ],
        { encoding: 'utf8' },
      )
      return counted.stdout.trim()
    }
    expect(rowsAfterCut('NORMAL')).toBe('0 ok')
    expect(rowsAfterCut('FULL')).toBe('100 ok')
  })
})

describe.skipIf(shimTrouble !== null)('a slow disk', () => {
  it('delays every fsync below the folder and none elsewhere', () => {
    const { stdout } = run(
      'slow-fsync',
      `
      const timed = (file) => {
        const fd = fs.openSync(file, 'w'); const from = process.hrtime.bigint(); fs.fsyncSync(fd)
        return Number(process.hrtime.bigint() - from) / 1e6
      }
      console.log(JSON.stringify([timed(at('a')), timed(at('../outside'))]))`,
      { LARES_SLOW_FSYNC_FOLDER: folder, LARES_SLOW_FSYNC_MS: '300' },
    )
    const [below, outside] = JSON.parse(stdout) as [number, number]
    expect(below).toBeGreaterThanOrEqual(300)
    expect(outside).toBeLessThan(300)
  })
})

describe.skipIf(shimTrouble !== null)('a disk that fails while a file says so', () => {
  const control = () => join(scratch, 'control')

  function attempt(fault: string | null): string[] {
    rmSync(control(), { force: true })
    writeFileSync(join(folder, 'there'), 'x')
    if (fault !== null) writeFileSync(control(), fault)
    const { stdout } = run(
      'disk-full',
      `
      const tried = (run) => { try { run(); return 'ok' } catch (error) { return error.code } }
      const fd = fs.openSync(at('there'), 'r+')
      console.log([
        tried(() => fs.writeSync(fd, 'y')), tried(() => fs.writeSync(fd, 'y', 0)), tried(() => fs.ftruncateSync(fd, 1)),
        tried(() => fs.fsyncSync(fd)), tried(() => fs.closeSync(fs.openSync(at('fresh'), 'w'))), tried(() => fs.readFileSync(at('there'))),
        tried(() => fs.writeFileSync(at('../outside'), 'x')), tried(() => fs.rmSync(at('there'))),
      ].join(' '))`,
      { LARES_DISK_FULL_FOLDER: folder, LARES_DISK_FULL_CONTROL: control() },
    )
    return stdout.trim().split(' ')
  }

  it('works while there is no control file', () => {
    expect(attempt(null)).toEqual(Array(8).fill('ok'))
  })

  it('refuses to write, to truncate, to sync and to create, and still reads and removes', () => {
    expect(attempt('')).toEqual(['ENOSPC', 'ENOSPC', 'ENOSPC', 'ENOSPC', 'ENOSPC', 'ok', 'ok', 'ok'])
  })

  it('can fail with EIO, in syncs alone', () => {
    expect(attempt('fsync EIO')).toEqual(['ok', 'ok', 'ok', 'EIO', 'ok', 'ok', 'ok', 'ok'])
  })

  it('recovers when the control file goes', async () => {
    writeFileSync(control(), 'ENOSPC')
    const child = spawn(
      process.execPath,
      [
        '-e',
        `${PRELUDE}
        const fd = fs.openSync(at('a'), 'r+')
        try { fs.writeSync(fd, 'x') } catch (error) { console.log(error.code) }
        process.stdin.once('data', () => { fs.writeSync(fd, 'x'); console.log('written'); process.exit() })`,
      ],
      {
        env: {
          PATH: process.env.PATH,
          FOLDER: folder,
          LD_PRELOAD: buildShim('disk-full'),
          LARES_DISK_FULL_FOLDER: folder,
          LARES_DISK_FULL_CONTROL: control(),
        },
      },
    )
    writeFileSync(join(folder, 'a'), '')
    let said = ''
    for await (const chunk of child.stdout) {
      said += String(chunk)
      if (said !== 'ENOSPC\n') continue
      rmSync(control())
      child.stdin.write('go')
    }
    expect(said).toBe('ENOSPC\nwritten\n')
  })
})
