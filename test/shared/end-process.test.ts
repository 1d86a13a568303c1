import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const END = new URL('../../shared/end-process.ts', import.meta.url).href
const SQLITE = new URL('../../node_modules/better-sqlite3/lib/index.js', import.meta.url).href

/** A thread that counts within SQLite until the end of days; it says when it begins. */
const COUNTS = `
  import { parentPort } from 'node:worker_threads'
  import Sqlite from '${SQLITE}'
  const db = new Sqlite(':memory:')
  db.function('begun', () => { parentPort.postMessage('begun'); return 1 })
  db.prepare('WITH RECURSIVE c(x) AS (SELECT begun() UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c').get()
`

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-end-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** How a program ends. One that does not is killed. */
async function endOf(program: string): Promise<unknown[]> {
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--disable-warning=ExperimentalWarning', '-e', program],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: 15_000,
      killSignal: 'SIGKILL',
    },
  )
  return await once(child, 'exit')
}

describe('the end of a process', () => {
  it('comes with its code while SQLite works in a thread that was given up', async () => {
    const end = await endOf(`
      import { Worker } from 'node:worker_threads'
      import { endProcess } from '${END}'
      const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(COUNTS)})))
      worker.once('message', () => endProcess(3, { threads: true }))
    `)
    expect(end).toEqual([3, null])
  })

  it('comes with its code while a file that hangs is waited for', async () => {
    const pipe = join(folder, 'nobody-writes')
    execFileSync('mkfifo', [pipe])
    const end = await endOf(`
      import { open } from 'node:fs/promises'
      import { endProcess } from '${END}'
      for (let n = 0; n < 4; n += 1) void open('${pipe}')
      setImmediate(() => endProcess(4, { threads: false }))
    `)
    expect(end).toEqual([4, null])
  })

  it('is an ordinary one when nothing is in the way', async () => {
    const end = await endOf(`
      import { endProcess } from '${END}'
      process.on('exit', () => { process.exitCode = 6 })
      endProcess(5, { threads: false })
    `)
    expect(end).toEqual([6, null])
  })
})
