import type { ChildProcessByStdio } from 'node:child_process'
import { spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { inherited } from '../../shared/environment.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import { AUDIO } from '../../shared/limits.ts'
import type { Log } from '../../shared/log.ts'
import type { AudioFrame } from '../../shared/messages/audio-frame.ts'
import { FRAME_FLAGS } from '../../shared/messages/audio-frame.ts'
import type { Playback } from '../../shared/messages/playback.ts'
import { endChild } from '../sound/child-end.ts'
import type { SoundFault } from '../sound/sound-fault.ts'
import { faultFromSpawn, faultFromStderr, StderrTail } from '../sound/sound-fault.ts'
import type { EarconName } from './earcon.ts'
import { earcon } from './earcon.ts'
import { gainOf, scaledSound } from './volume.ts'

export interface PlayerState {
  state: 'ok' | 'unavailable'
  reason: string | null
  code: ErrorCode | null
}

export interface PlayerOptions {
  /** An ALSA device name, like `plughw:CARD=Headphones,DEV=0`. */
  device: string
  clock: Clock
  log: Log
  /** `started`, then `done` or `stopped`; exactly one of these for each that started. */
  onPlayback(message: Playback): void
  /** Called when the speaker fails, and when it works again. */
  onState?(state: PlayerState): void
  /** Whether something sounds now, for the ear. */
  onSpeaking?(on: boolean): void
  env?: NodeJS.ProcessEnv
}

/** Small enough that a stop is heard at once, large enough for a Wi-Fi that hesitates. */
const BUFFER_US = 200_000
const PERIOD_US = 40_000
/** Sound that is out of the program but not yet out of the speaker. */
const BUFFER_MS = BUFFER_US / 1_000
/** aplay leaves within milliseconds of SIGTERM; one that does not is killed well before 200 ms are over. */
const GRACE_MS = 100
/** After the last frame a program that never ends is ended: the rest of its sound, and this. */
const DRAIN_MS = 3_000
/** No frame and no end for this long: the hub went away in the middle. */
const STARVED_MS = 10_000
/** Ten minutes at 48 kHz would fill a small Pi; what is further ahead than this is refused. */
const QUEUE_BYTES = 20 * 1024 * 1024

interface Playing {
  /** `null` for an earcon, which nobody is told of. */
  speech: string | null
  rate: number
  /** `null` until the program before it has let the device go. */
  child: ChildProcessByStdio<Writable, null, Readable> | null
  waiting: Buffer[]
  tail: StderrTail
  bytes: number
  /** How loud its last sample was. */
  gain: number
  startedAt: number | null
  nextSeq: number
  complete: boolean
  finished: boolean
  fault: SoundFault | null
  cancelWatch: Cancel
}

/**
 * Plays what the hub says, one thing at a time, through one aplay each: a program that hangs or a speaker that is
 * pulled out costs one reply and is tried again with the next.
 */
export class Player implements Service {
  #options: PlayerOptions
  #playing: Playing | null = null
  #available = true
  #ending = new Set<Promise<void>>()
  /** Replies that were stopped: frames on their way are not to start them again. */
  #over = new Set<string>()
  #gain = gainOf(null)

  constructor(options: PlayerOptions) {
    this.#options = options
  }

  /** The id of the reply that plays, or `null`. */
  get speech(): string | null {
    return this.#playing?.speech ?? null
  }

  start(): void {}

  /** How loud everything is from its next frame on, 0 to 100; `null`: as it comes. */
  setVolume(volume: number | null): void {
    this.#gain = gainOf(volume)
  }

  async stop(): Promise<void> {
    this.silence()
    await Promise.all(this.#ending)
  }

  /** A reply is to come at this rate; without the call its first frame begins it at 16 kHz. Ends what plays. */
  begin(speech: string, rate: number): void {
    if (this.#playing?.speech === speech || this.#over.has(speech)) return
    this.silence()
    this.#playing = this.#open(speech, rate)
  }

  /** A frame of a reply, in order. Late and repeated ones are dropped. The flag `end` completes it. */
  frame(speech: string, frame: AudioFrame): void {
    this.begin(speech, AUDIO.rate)
    const playing = this.#playing
    if (playing?.speech !== speech || frame.seq < playing.nextSeq || playing.complete) return
    playing.nextSeq = frame.seq + 1
    this.#write(playing, Buffer.from(frame.pcm))
    if (frame.flags & FRAME_FLAGS.end) this.#complete(playing)
  }

  /** The reply has no more frames, when its last one could not carry the flag. */
  finish(speech: string): void {
    if (this.#playing?.speech === speech) this.#complete(this.#playing)
  }

  /** A short signal. Dropped while something plays: a reply is worth more. */
  earcon(name: EarconName): void {
    if (this.#playing) return
    const playing = this.#open(null, AUDIO.rate)
    this.#playing = playing
    this.#write(playing, earcon(name))
    this.#complete(playing)
  }

  /** Ends what plays, within 200 ms, and reports how much of it was heard. Nothing happens when nothing plays. */
  silence(): void {
    const playing = this.#playing
    if (!playing) return
    this.#leave(playing, 'stopped')
    this.#endChild(playing)
  }

  #open(speech: string | null, rate: number): Playing {
    const playing: Playing = {
      speech,
      rate,
      child: null,
      waiting: [],
      tail: new StderrTail(),
      bytes: 0,
      gain: this.#gain,
      startedAt: null,
      nextSeq: 0,
      complete: false,
      finished: false,
      fault: null,
      cancelWatch: () => {},
    }
    this.#watch(playing, STARVED_MS)
    if (this.#ending.size === 0) this.#launch(playing)
    else void Promise.all(this.#ending).then(() => this.#launch(playing))
    return playing
  }

  #launch(playing: Playing): void {
    if (playing.finished) return
    const { device, env = inherited() } = this.#options
    const child = spawn('aplay', aplayArguments(device, playing.rate), {
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { ...env, LC_ALL: 'C' },
    })
    playing.child = child
    child.on('error', (error) => {
      playing.fault = faultFromSpawn('aplay', error)
    })
    child.stdin.on('error', () => {
      // aplay went away with sound unplayed; `close` follows and says why
    })
    child.stderr.on('data', (chunk: Buffer) => playing.tail.push(chunk))
    child.on('close', (code, signal) => this.#closed(playing, code, signal))
    for (const pcm of playing.waiting.splice(0)) child.stdin.write(pcm)
    if (playing.complete) child.stdin.end()
  }

  #write(playing: Playing, pcm: Buffer): void {
    if (playing.finished || pcm.length === 0) return
    if ((playing.child?.stdin.writableLength ?? 0) + pcm.length > QUEUE_BYTES) {
      this.#options.log.warn({ bytes: playing.bytes }, 'a reply came faster than it can be kept, its rest is dropped')
      this.#complete(playing)
      return
    }
    const sound = scaledSound(pcm, playing.gain, this.#gain)
    playing.gain = this.#gain
    if (playing.child) playing.child.stdin.write(sound)
    else playing.waiting.push(sound)
    playing.bytes += pcm.length
    if (playing.startedAt === null) {
      playing.startedAt = this.#options.clock.mono()
      this.#report(playing, 'started')
      this.#options.onSpeaking?.(true)
    }
    this.#watch(playing, this.#remainingMs(playing) + STARVED_MS)
  }

  #complete(playing: Playing): void {
    if (playing.complete || playing.finished) return
    playing.complete = true
    playing.child?.stdin.end()
    this.#watch(playing, this.#remainingMs(playing) + DRAIN_MS)
  }

  #watch(playing: Playing, ms: number): void {
    playing.cancelWatch()
    playing.cancelWatch = this.#options.clock.after(ms, () => this.#stuck(playing))
  }

  #stuck(playing: Playing): void {
    if (playing.finished) return
    const { device, log } = this.#options
    if (playing.complete) this.#setAvailable({ code: 'device_missing', reason: `the speaker ${device} takes no sound` })
    else log.warn({ speech: playing.speech }, 'a reply stopped in the middle, no frame came for ten seconds')
    this.#leave(playing, 'stopped')
    this.#endChild(playing)
  }

  #closed(playing: Playing, code: number | null, signal: NodeJS.Signals | null): void {
    if (playing.finished) return
    if (code === 0 && playing.complete) {
      this.#setAvailable(null)
      this.#leave(playing, 'done')
      return
    }
    const { device } = this.#options
    const reason = `aplay ended by itself (${signal ?? `exit code ${code}`})`
    this.#setAvailable(
      playing.fault ?? faultFromStderr(device, playing.tail.lines) ?? { code: 'device_missing', reason },
    )
    this.#leave(playing, 'stopped')
  }

  /** The one place where a reply stops being the current one. */
  #leave(playing: Playing, state: 'done' | 'stopped'): void {
    const heardMs = state === 'done' ? this.#soundMs(playing) : this.#heardMs(playing)
    playing.finished = true
    playing.cancelWatch()
    this.#playing = null
    if (playing.speech !== null) this.#remember(playing.speech)
    if (playing.startedAt === null) return
    this.#report(playing, state, heardMs)
    this.#options.onSpeaking?.(false)
  }

  #remember(speech: string): void {
    this.#over.add(speech)
    const oldest = this.#over.size > 50 ? this.#over.values().next().value : undefined
    if (oldest !== undefined) this.#over.delete(oldest)
  }

  #endChild({ child }: Playing): void {
    if (!child) return
    const ending = endChild(child, this.#options.clock, GRACE_MS).then(() => {
      this.#ending.delete(ending)
    })
    this.#ending.add(ending)
  }

  #soundMs(playing: Playing): number {
    return (playing.bytes / AUDIO.bytesPerSample / playing.rate) * 1_000
  }

  /** What came out of the speaker so far: the time since the start, less what lies in the buffer, at most all of it. */
  #heardMs(playing: Playing): number {
    if (playing.startedAt === null || playing.fault) return 0
    const elapsed = this.#options.clock.mono() - playing.startedAt - BUFFER_MS
    return Math.max(0, Math.min(elapsed, this.#soundMs(playing)))
  }

  #remainingMs(playing: Playing): number {
    const elapsed = playing.startedAt === null ? 0 : this.#options.clock.mono() - playing.startedAt
    return Math.max(0, this.#soundMs(playing) - elapsed)
  }

  #report(playing: Playing, state: Playback['state'], playedMs = 0): void {
    if (playing.speech === null) return
    const { clock, onPlayback } = this.#options
    onPlayback({ speech: playing.speech, state, played_ms: Math.round(playedMs), mono: clock.mono() })
  }

  #setAvailable(fault: SoundFault | null): void {
    const { log, onState } = this.#options
    if (fault) log.warn({ reason: fault.reason }, 'could not play')
    if (!fault && this.#available) return
    this.#available = fault === null
    onState?.({ state: fault ? 'unavailable' : 'ok', reason: fault?.reason ?? null, code: fault?.code ?? null })
  }
}

function aplayArguments(device: string, rate: number): string[] {
  const buffer = [`--buffer-time=${BUFFER_US}`, `--period-time=${PERIOD_US}`]
  return ['-q', '-D', device, '-t', 'raw', '-f', 'S16_LE', '-r', String(rate), '-c', '1', ...buffer, '-']
}
