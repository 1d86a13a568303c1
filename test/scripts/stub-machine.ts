import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export const repository = join(import.meta.dirname, '..', '..')

/** What the scripts may find on any machine; everything else a test puts there itself. */
const COMMON = [
  ...[
    'awk',
    'basename',
    'bash',
    'cat',
    'chmod',
    'cmp',
    'cp',
    'cut',
    'date',
    'diff',
    'dirname',
    'env',
    'find',
    'flock',
    'getconf',
    'git',
  ],
  ...[
    'grep',
    'head',
    'id',
    'install',
    'ln',
    'ls',
    'mkdir',
    'mktemp',
    'mv',
    'nice',
    'readlink',
    'rm',
    'sed',
    'sh',
    'sha256sum',
  ],
  ...['sleep', 'sort', 'stat', 'sync', 'tail', 'timeout', 'touch', 'tr', 'uname', 'xargs'],
]

export interface Ended {
  code: number | null
  out: string
  err: string
}

/** A folder in which a machine is played: `bin` is its whole PATH, `home` is free for the test. */
export interface StubMachine {
  home: string
  bin: string
  /** Puts a bash script on the machine's PATH, in place of what was there. */
  program(name: string, body: string): void
  forget(...names: string[]): void
  run(command: string, options?: { args?: string[]; env?: Record<string, string>; cwd?: string }): Ended
  /** Lines that stub programs wrote to `$CALLS`. */
  calls(): string[]
  forgetCalls(): void
  remove(): void
}

export function stubMachine(): StubMachine {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'lares-scripts-')))
  const bin = join(home, 'bin')
  const log = join(home, 'calls')
  mkdirSync(bin)
  writeFileSync(log, '')
  for (const name of COMMON) {
    const found = spawnSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim()
    if (found.startsWith('/')) symlinkSync(realpathSync(found), join(bin, name))
  }
  const program = (name: string, body: string) => {
    rmSync(join(bin, name), { force: true })
    writeScript(join(bin, name), body)
  }
  return {
    home,
    bin,
    program,
    forget(...names) {
      for (const name of names) rmSync(join(bin, name), { force: true })
    },
    run(command, { args = [], env = {}, cwd = home } = {}) {
      const ended = spawnSync(command, args, {
        cwd,
        encoding: 'utf8',
        env: { PATH: bin, HOME: home, CALLS: log, GIT_CONFIG_NOSYSTEM: '1', ...env },
      })
      return { code: ended.status, out: ended.stdout, err: ended.stderr }
    },
    calls: () => readFileSync(log, 'utf8').split('\n').filter(Boolean),
    forgetCalls: () => writeFileSync(log, ''),
    remove: () => rmSync(home, { recursive: true, force: true }),
  }
}

export function writeScript(path: string, body: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `#!/bin/bash\n${body}\n`)
  chmodSync(path, 0o755)
}

/** Copies what the scripts need of this repository into a folder of the machine. */
export function copyScripts(machine: StubMachine, name = 'checkout'): string {
  const checkout = join(machine.home, name)
  mkdirSync(checkout)
  for (const path of ['scripts', 'lares', '.gitignore'])
    cpSync(join(repository, path), join(checkout, path), { recursive: true })
  writeFileSync(join(checkout, 'package.json'), '{\n  "name": "lares",\n  "version": "0.1.0",\n  "private": true\n}\n')
  writeFileSync(join(checkout, 'package-lock.json'), '{}\n')
  return checkout
}
