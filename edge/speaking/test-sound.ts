import { spawn } from 'node:child_process'
import type { Clock } from '../../shared/clock.ts'
import { inherited } from '../../shared/environment.ts'
import { endChild } from '../sound/child-end.ts'

const RATE = 16_000
/** A tenth of full scale: heard in a room, and no fright. */
const LOUDNESS = 3_000
const HERTZ = [500, 1_000, 2_000] as const

export interface TestSound {
  /** Ends it. */
  stop(): Promise<void>
  /** Why it does not sound; `null`: it does, or nobody knows yet. */
  fault(): string | null
}

/** Plays three tones at once on a speaker until it is stopped, thirty seconds at most. */
export function playTestSound({
  device,
  clock,
  env,
}: {
  device: string
  clock: Clock
  env?: NodeJS.ProcessEnv
}): TestSound {
  const words = ['-q', '-D', device, '-t', 'raw', '-f', 'S16_LE', '-r', String(RATE), '-c', '1']
  const child = spawn('aplay', words, {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...(env ?? inherited()), LC_ALL: 'C' },
  })
  let fault: string | null = null
  let said = ''
  child.on('error', (error) => {
    fault = error.message
  })
  child.stderr.on('data', (chunk: Buffer) => {
    if (said.length < 500) said += String(chunk)
  })
  child.on('close', (code) => {
    if (code !== 0 && code !== null) fault ??= said.trim().split('\n').at(-1) ?? `aplay ended with ${code}`
  })
  // It goes away when it is stopped.
  child.stdin.on('error', () => {})
  const samples = new Int16Array(RATE * 30)
  for (let n = 0; n < samples.length; n += 1)
    samples[n] =
      syllable(n) *
      HERTZ.reduce((sum, hertz) => sum + (LOUDNESS / HERTZ.length) * Math.sin((2 * Math.PI * hertz * n) / RATE), 0)
  child.stdin.end(Buffer.from(samples.buffer))
  return { fault: () => fault, stop: () => endChild(child, clock, 100) }
}

/** Louder and softer four times a second, as speech is: what suppresses noise takes away what is steady. */
function syllable(n: number): number {
  return 0.55 + 0.45 * Math.sin((2 * Math.PI * 4 * n) / RATE)
}
