import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

const STARTER = join(import.meta.dirname, '../../shared/start-again.ts')
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-again-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('begins again in the same process with the same words, whatever its threads do, and has no file open twice', () => {
  const program = join(folder, 'program.mjs')
  writeFileSync(
    program,
    `import { existsSync, openSync, readdirSync, writeFileSync } from 'node:fs'
     import { Worker } from 'node:worker_threads'
     import { startAgain } from '${STARTER}'
     const mark = process.argv[2]
     const open = readdirSync('/proc/self/fd').length
     console.log(JSON.stringify({ pid: process.pid, words: process.argv.slice(2), flags: process.execArgv, open }))
     if (existsSync(mark)) process.exit(7)
     writeFileSync(mark, '')
     openSync(mark, 'r')
     new Worker('for (;;);', { eval: true }).once('online', () => startAgain())`,
  )
  const words = [join(folder, 'mark'), 'a word', '--option=x']
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--expose-gc', '--disable-warning=ExperimentalWarning', program, ...words],
    {
      encoding: 'utf8',
    },
  )
  const [first, second] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  expect(second).toEqual(first)
  expect(first).toMatchObject({ words, flags: ['--expose-gc', '--disable-warning=ExperimentalWarning'] })
  expect(status).toBe(7)
})
