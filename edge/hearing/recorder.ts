import { Backoff } from '../../shared/backoff.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import { RateLimitedLog } from '../../shared/log.ts'
import type { Machine } from '../health/machine.ts'
import { systemMachine } from '../health/machine.ts'
import type { SoundFault } from '../sound/sound-fault.ts'
import { ByteRate } from './byte-rate.ts'
import { DeadMicrophone } from './dead-microphone.ts'
import type { RecorderRun } from './recorder-run.ts'
import { openRecording } from './recorder-run.ts'
import { forgetRecorder, reapStaleRecorder, rememberRecorder } from './stale-recorder.ts'

export interface RecorderState {
  /** `starting`: no byte yet. `unavailable`: it failed, and is tried again for ever. */
  state: 'starting' | 'ok' | 'unavailable'
  /** A sentence for a person; also with `ok`, when bytes come but no sound. */
  reason: string | null
  code: ErrorCode | null
}

export interface RecorderOptions {
  /** ALSA name; prefer card names (`plughw:CARD=Device,DEV=0`), numbers change with the next start or HDMI plug. */
  device: string
  /** The only program there is; named so that a configuration can be explicit. */
  program?: 'arecord'
  clock: Clock
  log: Log
  /** Bytes as they come, in chunks of any size. Never called after `stop`. */
  onPcm(chunk: Buffer): void
  /** Called on every change, and first with `starting`. */
  onState(state: RecorderState): void
  /** Called before bytes of another life of the program come: what was cut off half must be forgotten. */
  onGap?(): void
  /** Whether nobody speaks now; the planned restart waits for it. Default: always. */
  isQuiet?(): boolean
  /** Where the number of the running program is kept, to end it after a crash of ours. Absent: not kept. */
  pidFile?: string
  /** Where it is looked up what that number is now. Default: this machine. */
  machine?: Machine
  env?: NodeJS.ProcessEnv
  /** A fresh start this often, in a quiet moment. Default 12 h: USB microphones fall asleep after days. */
  plannedRestartMs?: number
  /** For the jitter of the back-off. */
  random?: () => number
}

export interface RecorderCounters {
  /** Times the sound system lost samples because nobody read them. */
  overruns: number
  /** Times the program was started again after a fault. */
  restarts: number
  /** Bytes per second over the last ten seconds; 32,000 when all is well, `null` before the first second. */
  bytesPerSecond: number | null
}

/** A sound card opens within a second, a Bluetooth or PulseAudio source within two. */
const FIRST_BYTES_MS = 5_000
const SILENT_MS = 2_000
const LOOK_EVERY_MS = 500
const RETRY = { firstMs: 1_000, capMs: 30_000 }
const HEALTHY_MS = 60_000
const PLANNED_RESTART_MS = 12 * 3_600_000

interface Life {
  recording: RecorderRun
  startedAt: number
  lastBytesAt: number | null
  healthy: boolean
}

/**
 * Keeps a recording alive: the microphone may be missing, busy, unplugged, hung or dead, and comes back without
 * anybody's help. It never throws and never gives up; what is wrong is said through `onState`.
 *
 * It never pauses the program (SIGSTOP): stopped, it would keep the microphone and lose the newest sound. Whoever
 * wants silence drops the blocks.
 */
export class Recorder implements Service {
  #options: RecorderOptions
  #backoff: Backoff
  #limited: RateLimitedLog
  #dead = new DeadMicrophone()
  #state: RecorderState | null = null
  #life: Life | null = null
  #running = false
  #cancelRetry: Cancel = () => {}
  #cancelLook: Cancel = () => {}
  #pastOverruns = 0
  #restarts = 0
  #rate: ByteRate
  /** Ends of programs that are still under way, so that `stop` can wait for them. */
  #ending = new Set<Promise<void>>()

  constructor(options: RecorderOptions) {
    this.#options = options
    this.#backoff = new Backoff({ ...RETRY, ...(options.random ? { random: options.random } : {}) })
    this.#limited = new RateLimitedLog(options.clock, 60_000)
    this.#rate = new ByteRate(options.clock)
  }

  get state(): RecorderState {
    return this.#state ?? { state: 'starting', reason: null, code: null }
  }

  /** The program's number, or `null` while none runs. */
  get pid(): number | null {
    return this.#life?.recording.pid ?? null
  }

  counters(): RecorderCounters {
    return {
      overruns: this.#pastOverruns + (this.#life?.recording.overruns ?? 0),
      restarts: this.#restarts,
      bytesPerSecond: this.#rate.perSecond(),
    }
  }

  async start(): Promise<void> {
    const { device, pidFile, clock, log, machine = systemMachine({ clock }) } = this.#options
    if (this.#running) return
    this.#running = true
    if (/^(plug)?hw:\d/.test(device))
      log.warn({ device }, 'the microphone is named by its card number, which may change; use CARD=<name>')
    this.#report({ state: 'starting', reason: null, code: null })
    if (pidFile) {
      const reaped = await reapStaleRecorder(pidFile, device, machine)
      if (reaped !== null) log.warn({ pid: reaped }, 'ended the recorder that an earlier agent had left')
    }
    if (!this.#running) return
    this.#cancelLook = clock.every(LOOK_EVERY_MS, () => this.#look())
    this.#open()
  }

  async stop(): Promise<void> {
    this.#running = false
    this.#cancelRetry()
    this.#cancelLook()
    const life = this.#life
    this.#life = null
    if (life) this.#end(life)
    await Promise.all(this.#ending)
    if (this.#options.pidFile) forgetRecorder(this.#options.pidFile)
  }

  #open(): void {
    const { device, clock, env, pidFile } = this.#options
    this.#options.onGap?.()
    this.#dead.reset()
    this.#rate.reset()
    const startedAt = clock.mono()
    const recording = openRecording({
      device,
      clock,
      ...(env ? { env } : {}),
      onBytes: (chunk) => {
        if (this.#life === life) this.#take(life, chunk)
      },
      onLost: (fault, lines) => {
        if (this.#life === life) this.#lose(life, fault, lines)
      },
    })
    const life: Life = { recording, startedAt, lastBytesAt: null, healthy: false }
    this.#life = life
    if (pidFile && recording.pid !== undefined) this.#rememberPid(pidFile, recording.pid)
  }

  #take(life: Life, chunk: Buffer): void {
    life.lastBytesAt = this.#options.clock.mono()
    this.#rate.add(chunk.length)
    this.#dead.push(chunk)
    const reason = this.#dead.dead
      ? `the microphone ${this.#options.device} delivers the same sample for 5 s: look for a mute switch or a wrong input`
      : null
    if (this.state.state !== 'ok' || this.state.reason !== reason) this.#report({ state: 'ok', reason, code: null })
    this.#options.onPcm(chunk)
  }

  #lose(life: Life, fault: SoundFault, lines: readonly string[]): void {
    this.#life = null
    this.#pastOverruns += life.recording.overruns
    this.#report({ state: 'unavailable', reason: fault.reason, code: fault.code })
    const delayMs = this.#backoff.next()
    const passed = this.#limited.allow(fault.reason)
    if (passed)
      this.#options.log.warn(
        { reason: fault.reason, stderr: lines.slice(-3), delayMs, ...passed },
        'lost the microphone',
      )
    // a program that hangs still holds the device
    this.#end(life, () => {
      this.#cancelRetry = this.#options.clock.after(delayMs, () => {
        this.#restarts += 1
        this.#open()
      })
    })
  }

  /** The watchdog: neither a hung program nor one that stopped delivering tells anybody. */
  #look(): void {
    const life = this.#life
    if (!life) return
    const now = this.#options.clock.mono()
    const since = now - (life.lastBytesAt ?? life.startedAt)
    if (since > (life.lastBytesAt === null ? FIRST_BYTES_MS : SILENT_MS)) {
      const reason = `the microphone ${this.#options.device} delivered nothing for ${Math.round(since / 1_000)} s`
      this.#lose(life, { code: 'device_missing', reason }, [])
      return
    }
    if (life.lastBytesAt !== null && !life.healthy && now - life.startedAt >= HEALTHY_MS) {
      life.healthy = true
      this.#backoff.reset()
    }
    if (
      now - life.startedAt >= (this.#options.plannedRestartMs ?? PLANNED_RESTART_MS) &&
      (this.#options.isQuiet?.() ?? true)
    ) {
      this.#options.log.info({}, 'starting the recorder anew, as planned')
      this.#life = null
      this.#pastOverruns += life.recording.overruns
      this.#end(life, () => this.#open())
    }
  }

  /** Ends a life; `then` runs when the device is free again, which opening it anew must wait for. */
  #end(life: Life, then?: () => void): void {
    const ending = life.recording.stop().then(() => {
      this.#ending.delete(ending)
      if (then && this.#running) then()
    })
    this.#ending.add(ending)
  }

  #rememberPid(pidFile: string, pid: number): void {
    try {
      rememberRecorder(pidFile, pid)
    } catch (error) {
      // only the reaping after a crash is lost by it; the recording itself is not
      this.#options.log.warn({ error: String(error) }, 'could not write the pid file of the recorder')
    }
  }

  #report(state: RecorderState): void {
    const before = this.#state
    this.#state = state
    if (before?.state === 'unavailable' && state.state === 'ok')
      this.#options.log.info({ device: this.#options.device }, 'the microphone is back')
    this.#options.onState(state)
  }
}
