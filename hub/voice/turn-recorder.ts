import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import { TURN_MAX_MS, TURN_SILENT_MS } from '../../shared/limits.ts'
import type { Log } from '../../shared/log.ts'
import { RateLimitedLog } from '../../shared/log.ts'
import type { Turn } from '../../shared/messages/turn.ts'
import type { Recording } from '../engine/input.ts'
import { isClipName, listClips, removeClip } from './clip-folder.ts'
import { OpenTurn } from './open-turn.ts'
import { newCounters, type RecorderStats } from './recorder-stats.ts'

/** A turn before its end is over when another begins; two may overlap on the way. */
const OPEN_TURNS_PER_DEVICE = 2
/** Results of closed turns remembered for ends that are repeated. */
const REMEMBERED_TURNS = 1_000
const LOOK_MS = 1_000

export interface FinishedTurn {
  device: string
  turn: string
  /** The device's end; `null` when the hub closed the turn. */
  message: Turn | null
  /** `null` when there was no sound, the disk refused it, or this hub knows nothing of the turn. */
  recording: Recording | null
}

export interface TurnRecorderOptions {
  /** Where the WAV files go, in one folder a day. Made when missing. */
  folder: string
  clock: Clock
  log: Log
  /** The hub closed a turn itself: it reached its longest length, fell silent, or was one too many for its device. */
  closed: (turn: FinishedTurn) => void
}

interface Running {
  device: string
  turn: string
  recording: OpenTurn
}

/**
 * Writes what devices send between the start and the end of a turn into WAV files. Frames go to memory and are done with;
 * every turn has its own queue to the disk, so a slow card delays nobody. Start it before the first turn begins.
 */
export class TurnRecorder implements Service {
  #options: TurnRecorderOptions
  #quiet: RateLimitedLog
  #counters = newCounters()
  /** By device and turn, oldest first. */
  #open = new Map<string, Running>()
  #over = new Map<string, Promise<Recording | null>>()
  #leftovers: { file: string; finished: boolean }[] = []
  #stopLooking: Cancel | null = null
  #stopped = false

  constructor(options: TurnRecorderOptions) {
    this.#options = options
    this.#quiet = new RateLimitedLog(options.clock, 60_000)
  }

  async start(): Promise<void> {
    this.#stopLooking = this.#options.clock.every(LOOK_MS, () => this.#look())
    try {
      this.#leftovers = await listClips(this.#options.folder)
    } catch (error) {
      this.#warn('list', { reason: asError(error).message }, 'the clips cannot be listed; nothing is swept')
    }
  }

  /** Closes what is open, as if it had fallen silent, and waits until every file is in place. Later frames are unknown. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#stopLooking?.()
    for (const [key, { recording }] of this.#open) {
      if (!recording.ending) this.#close(key, 'silence')
      else {
        this.#open.delete(key)
        void recording.close('device')
      }
    }
    await Promise.all(this.#over.values())
  }

  /** Opens a turn. A turn that is open or was closed already stays as it is. Beyond two of a device the oldest is closed. */
  begin(device: string, message: Turn): void {
    const key = keyOf(device, message.turn)
    if (this.#stopped || this.#open.has(key) || this.#over.has(key)) return
    const { folder, clock } = this.#options
    const recording = new OpenTurn({
      folder,
      clock,
      counters: this.#counters,
      stream: message.stream,
      full: () => this.#close(key, 'cap'),
      broken: (error) =>
        this.#warn('disk', { device, reason: error.message }, 'a turn is not recorded: the disk refused it'),
    })
    this.#open.set(key, { device, turn: message.turn, recording })
    const ofDevice = [...this.#open].filter(([, open]) => open.device === device && !open.recording.ending)
    for (const [oldest] of ofDevice.slice(0, -OPEN_TURNS_PER_DEVICE)) this.#close(oldest, 'silence')
  }

  /** Takes one binary frame. `unknown`: no such turn is open. Bad ones are counted and have no effect. */
  frame(device: string, turn: string, payload: Buffer): 'taken' | 'bad' | 'unknown' {
    const key = keyOf(device, turn)
    const running = this.#open.get(key)
    if (running) return running.recording.frame(payload)
    if (this.#over.has(key)) this.#counters.late += 1
    return 'unknown'
  }

  /**
   * Closes a turn at the device's word. When this resolves with a recording, its file is complete, synced and in place.
   * Never rejects. A repeated end gets the same recording again, at once, so that a commit that failed loses nothing.
   */
  async end(device: string, message: Turn): Promise<FinishedTurn> {
    const key = keyOf(device, message.turn)
    const running = this.#open.get(key)
    if (running && !running.recording.ending) {
      const { recording } = running
      this.#remember(
        key,
        recording.end(message.frames).then(() => {
          this.#open.delete(key)
          return recording.close('device')
        }),
      )
    }
    const recording = (await this.#over.get(key)) ?? null
    return { device, turn: message.turn, message, recording }
  }

  /**
   * Removes unfinished files of an earlier run, and finished ones that are not among those to keep.
   * Files made since `start` are never touched.
   */
  async sweep(keep: ReadonlySet<string>): Promise<void> {
    for (const { file, finished } of this.#leftovers.splice(0)) {
      if (!finished || !keep.has(file)) await this.remove(file)
    }
  }

  /** Removes a clip. A missing one is fine. Never rejects: what the disk does not let go is swept at the next start. */
  async remove(file: string): Promise<void> {
    if (!isClipName(file)) {
      this.#warn('name', { file }, 'not removed: this is not the name of a clip')
      return
    }
    try {
      await removeClip(this.#options.folder, file)
    } catch (error) {
      this.#warn('remove', { file, reason: asError(error).message }, 'a clip cannot be removed')
    }
  }

  stats(): RecorderStats {
    return { open: this.#open.size, ...this.#counters }
  }

  #look(): void {
    const now = this.#options.clock.mono()
    for (const [key, { recording }] of this.#open) {
      if (now - recording.openedAt >= TURN_MAX_MS) this.#close(key, 'cap')
      else if (now - recording.heardAt >= TURN_SILENT_MS) this.#close(key, 'silence')
    }
  }

  #close(key: string, by: 'cap' | 'silence'): void {
    const running = this.#open.get(key)
    if (!running || running.recording.ending) return
    this.#open.delete(key)
    const { device, turn } = running
    const finished = running.recording.close(by)
    const told = finished.then((recording) => {
      this.#options.closed({ device, turn, message: null, recording })
      return recording
    })
    this.#remember(
      key,
      told.catch((error: unknown) => {
        this.#options.log.error({ device, reason: asError(error).message }, 'a closed turn could not be handed on')
        return finished
      }),
    )
  }

  #remember(key: string, recording: Promise<Recording | null>): void {
    this.#over.set(key, recording)
    const [oldest] = this.#over.keys()
    if (this.#over.size > REMEMBERED_TURNS && oldest !== undefined) this.#over.delete(oldest)
  }

  #warn(what: string, fields: Record<string, unknown>, message: string): void {
    const passed = this.#quiet.allow(what)
    if (passed) this.#options.log.warn({ ...fields, ...passed }, message)
  }
}

/** A device's id has no slash, so no two turns share a key. */
function keyOf(device: string, turn: string): string {
  return `${device}/${turn}`
}
