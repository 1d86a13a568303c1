import { spawn } from 'node:child_process'
import { within } from '../faults/lib/fleet.ts'

/** What a person sees at the end. */
export interface OnScreen {
  code: number | null
  shown: string
}

/** Runs a program on a terminal of its own, and types each text when what it waits for has been shown. */
export function typedAt(
  program: readonly string[],
  typed: readonly [waitsFor: string, keys: string][],
  where: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<OnScreen> {
  const command = program.map((word) => `'${word}'`).join(' ')
  // util-linux: a terminal for the command, its exit code as our own, and no file of what was said.
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], where)
  let shown = ''
  let seen = 0
  const left = [...typed]
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString()
    for (let next = left[0]; next && shown.includes(next[0], seen); next = left[0]) {
      seen = shown.length
      left.shift()
      child.stdin.write(next[1])
    }
  })
  return within(60_000, new Promise((resolve) => child.once('close', (code) => resolve({ code, shown }))))
}
