import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Machine } from '../../../edge/health/machine.ts'
import { systemMachine } from '../../../edge/health/machine.ts'
import type { Clock } from '../../../shared/clock.ts'

export interface FakeTree {
  root: string
  machine: Machine
  write(path: string, text: string): void
  remove(path: string): void
  /** Puts a shell script on the machine's PATH, on which nothing else is. */
  program(name: string, script: string): void
}

export interface FakeTreeOptions {
  files?: Record<string, string>
  clock?: Clock
  addresses?: Record<string, string>
}

/** A folder with a fake /proc and /sys and programs, gone when the test is over. */
export function fakeTree({ files = {}, clock, addresses = {} }: FakeTreeOptions = {}): FakeTree {
  const root = mkdtempSync(join(tmpdir(), 'lares-machine-'))
  const programs = join(root, 'bin')
  mkdirSync(programs)
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  for (const [path, text] of Object.entries(files)) write(path, text)
  return {
    root,
    machine: systemMachine({ root, programs, addresses, ...(clock ? { clock } : {}) }),
    write,
    remove: (path) => rmSync(join(root, path), { recursive: true, force: true }),
    program(name, script) {
      writeFileSync(join(programs, name), `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`)
      chmodSync(join(programs, name), 0o755)
    },
  }
}
