import { fileURLToPath } from 'node:url'
import lpcm16 from 'node-record-lpcm16'
import type { Clock } from '../../shared/clock.ts'
import { AUDIO } from '../../shared/limits.ts'
import { endChild } from '../sound/child-end.ts'
import type { SoundFault } from '../sound/sound-fault.ts'
import { faultFromSpawn, faultFromStderr, StderrTail } from '../sound/sound-fault.ts'

const RECORDER_MODULE = fileURLToPath(new URL('./arecord.cjs', import.meta.url))
/** How long arecord may take to leave after SIGTERM. */
const GRACE_MS = 1_000

export interface RecorderRunOptions {
  /** An ALSA device name, like `plughw:CARD=Device,DEV=0`. */
  device: string
  clock: Clock
  /** Environment of the program; its PATH says which `arecord`. Default: that of this process. */
  env?: NodeJS.ProcessEnv
  /** Called with chunks of any size, from the very first byte. */
  onBytes(chunk: Buffer): void
  /** Called once, when the program is gone and nobody had asked for it. `lines` are its last words. */
  onLost(fault: SoundFault, lines: readonly string[]): void
}

/** One life of the recording program. */
export interface RecorderRun {
  /** `undefined` when the program could not be started. */
  readonly pid: number | undefined
  readonly overruns: number
  /** Ends it and resolves when it is gone. After the call nothing is reported any more. Safe to call twice. */
  stop(): Promise<void>
}

/**
 * Starts arecord through node-record-lpcm16 1.0.1 and makes its faults harmless:
 * a missing program is an `error` of the child that nobody in the library hears, and would end this process;
 * every end but exit code 0 is an `error` of the stream whose argument is a string; exit code 0 is no event at all.
 * The library reads the stream from the start, so all listeners are attached in the same tick.
 */
export function openRecording(options: RecorderRunOptions): RecorderRun {
  const { device, clock } = options
  const tail = new StderrTail()
  let stopping = false
  let lost = false

  const recording = lpcm16.record({
    recorder: RECORDER_MODULE,
    sampleRate: AUDIO.rate,
    channels: 1,
    audioType: 'raw',
    device,
    ...(options.env ? { env: options.env } : {}),
  })
  const child = recording.process
  let spawnFault: SoundFault | null = null

  const lose = (how: string) => {
    if (stopping || lost) return
    lost = true
    const fault = spawnFault ?? faultFromStderr(device, tail.lines)
    const reason = `arecord ended by itself (${how})`
    options.onLost(fault ?? { code: 'device_missing', reason }, tail.lines)
  }

  child.on('error', (error) => {
    spawnFault = faultFromSpawn('arecord', error)
  })
  recording.stream().on('error', () => {
    // a string that says no more than `close` and standard error do; unheard it would end this process
  })
  child.stderr.on('data', (chunk: Buffer) => tail.push(chunk))
  recording.stream().on('data', (chunk: Buffer) => {
    if (!stopping) options.onBytes(chunk)
  })
  // `close`, not `exit`: by then the last bytes and the last words were read
  child.on('close', (code, signal) => lose(signal ?? `exit code ${code}`))
  child.stdin.on('error', () => {
    // arecord reads nothing; a broken pipe there says no more than `close` does
  })

  let ended: Promise<void> | null = null
  return {
    pid: child.pid,
    get overruns() {
      return tail.overruns
    },
    stop() {
      stopping = true
      ended ??= endChild(child, clock, GRACE_MS)
      return ended
    },
  }
}
