import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import { makeRunFolder, removeLeftFolders } from '../run-folders.ts'

it('a run of tests removes the folders of those that were killed, and of none that goes on', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'lares-run-folders-'))
  const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] })
  const own = makeRunFolder(parent)
  const others = makeRunFolder(parent, other.pid)
  writeFileSync(join(others, 'database'), 'x')
  mkdirSync(join(parent, 'lares-tests-of-somebody'))
  const names = (...folders: string[]) =>
    [...folders.map((folder) => basename(folder)), 'lares-tests-of-somebody'].sort()
  removeLeftFolders(parent)
  expect(readdirSync(parent).sort()).toEqual(names(own, others))
  other.kill('SIGKILL')
  await once(other, 'exit')
  removeLeftFolders(parent)
  expect(readdirSync(parent)).toEqual(names(own))
  rmSync(parent, { recursive: true })
})
