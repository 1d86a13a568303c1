import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import { TURN_MAX_MS, TURN_SILENT_MS } from '../../shared/limits.ts'
import type { Log } from '../../shared/log.ts'
import { RateLimitedLog } from '../../shared/log.ts'
import type { Turn } from '../../shared/messages/turn.ts'
import type { SoundTaker } from '../contract/sound-taker.ts'
import type { Recording } from '../engine/recording.ts'
import { isClipName, listClips, removeClip } from './clip-folder.ts'
import { type ClosedTurn, OpenTurn } from './open-turn.ts'
import { newCounters, type RecorderStats } from './recorder-stats.ts'
import { type TakerCounts, takerStats } from './taker-counts.ts'
import type { SoundLevel } from './turn-level.ts'

/** A turn before its end is over when another begins; two may overlap on the way. */
const OPEN_TURNS_PER_DEVICE = 2
/** Results of closed turns remembered for ends that are repeated, and devices whose level is. */
const REMEMBERED = 1_000
const NOTHING: ClosedTurn = { recording: null, level: null }
const LOOK_MS = 1_000

export interface FinishedTurn {
  device: string
  turn: string
  /** The device's end; `null` when the hub closed the turn. */
  message: Turn | null
  /** `null` when there was no sound, the disk refused it, or this hub knows nothing of the turn. */
  recording: Recording | null
  /** `null` when there was no sound, or this hub knows nothing of the turn. */
  level: SoundLevel | null
}

export interface TurnRecorderOptions {
  /** Where the WAV files go, in one folder a day. Made when missing. */
  folder: string
  clock: Clock
  log: Log
  /** The hub closed a turn itself: it reached its longest length, fell silent, or was one too many for its device. */
  closed: (turn: FinishedTurn) => void
  /** Who else takes the sound of a turn; asked when it begins. Absent: nobody but the file and the level. */
  takers?: (device: string, turn: string) => SoundTaker[]
}

interface Running {
  device: string
  turn: string
  recording: OpenTurn
}

/**
 * Puts what devices send between the start and the end of a turn in order, for a WAV file, a level and whoever else takes it.
 * Frames go to memory and are done with; every taker of every turn has its own queue, so a slow card delays nobody.
 * Start it before the first turn begins.
 */
export class TurnRecorder implements Service {
  #options: TurnRecorderOptions
  #quiet: RateLimitedLog
  #counters = newCounters()
  /** By device and turn, oldest first. */
  #open = new Map<string, Running>()
  #over = new Map<string, Promise<ClosedTurn>>()
  /** Open turns, and closed ones of which a taker has not heard the end yet. */
  #attended = new Set<OpenTurn>()
  #takers = new Map<string, TakerCounts>()
  /** Of the last turn of each device. */
  #levels = new Map<string, SoundLevel>()
  /** Devices that were revoked: a turn of theirs may still be closing. */
  #revoked = new Map<string, true>()
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

  /** Closes what is open, and waits until every file is in place and every taker has been told. Later frames are unknown. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#stopLooking?.()
    for (const [key, { recording }] of this.#open) {
      if (!recording.ending) this.#close(key, 'stop')
      else {
        this.#open.delete(key)
        void recording.close('device')
      }
    }
    const told = [...this.#attended].map((turn) => {
      turn.stop()
      return turn.left
    })
    await Promise.all([...this.#over.values(), ...told])
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
      takers: this.#askTakers(device, message.turn),
      countsOf: (taker) => this.#countsOf(taker),
      full: () => this.#close(key, 'cap'),
      failed: (taker, error) => this.#tell(device, taker, error),
    })
    this.#attended.add(recording)
    void recording.left.then(() => this.#attended.delete(recording))
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
          return this.#measured(device, recording.close('device'))
        }),
      )
    }
    const closed = (await this.#over.get(key)) ?? NOTHING
    return { device, turn: message.turn, message, ...closed }
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
    const takers = Object.fromEntries([...this.#takers].map(([name, counts]) => [name, takerStats(counts)]))
    return { open: this.#open.size, ...this.#counters, failed: takers.file?.failed ?? 0, takers }
  }

  /** How loud the last turn of each device was that had sound, since this was made. */
  levels(): { device: string; level: SoundLevel }[] {
    return [...this.#levels].map(([device, level]) => ({ device, level }))
  }

  /** The device is no part of the house any more. */
  forget(device: string): void {
    this.#levels.delete(device)
    this.#revoked.set(device, true)
    forgetOldest(this.#revoked)
  }

  #look(): void {
    const now = this.#options.clock.mono()
    for (const [key, { recording }] of this.#open) {
      if (now - recording.openedAt >= TURN_MAX_MS) this.#close(key, 'cap')
      else if (now - recording.heardAt >= TURN_SILENT_MS) this.#close(key, 'silence')
    }
  }

  #close(key: string, by: 'cap' | 'silence' | 'stop'): void {
    const running = this.#open.get(key)
    if (!running || running.recording.ending) return
    this.#open.delete(key)
    const { device, turn } = running
    const finished = this.#measured(device, running.recording.close(by))
    const told = finished.then((closed) => {
      this.#options.closed({ device, turn, message: null, ...closed })
      return closed
    })
    this.#remember(
      key,
      told.catch((error: unknown) => {
        this.#options.log.error({ device, reason: asError(error).message }, 'a closed turn could not be handed on')
        return finished
      }),
    )
  }

  #remember(key: string, closed: Promise<ClosedTurn>): void {
    this.#over.set(key, closed)
    forgetOldest(this.#over)
  }

  async #measured(device: string, closing: Promise<ClosedTurn>): Promise<ClosedTurn> {
    const closed = await closing
    if (closed.level && !this.#revoked.has(device)) {
      this.#levels.delete(device)
      this.#levels.set(device, closed.level)
      forgetOldest(this.#levels)
    }
    return closed
  }

  #askTakers(device: string, turn: string): SoundTaker[] {
    try {
      return this.#options.takers?.(device, turn) ?? []
    } catch (error) {
      this.#warn(
        'takers',
        { device, reason: asError(error).message },
        'a turn has no takers but the file and the level',
      )
      return []
    }
  }

  #countsOf(taker: string): TakerCounts {
    const counts = this.#takers.get(taker) ?? { taken: 0, dropped: 0, failed: 0 }
    this.#takers.set(taker, counts)
    return counts
  }

  #tell(device: string, taker: string, error: Error): void {
    const reason = error.message
    if (taker === 'file') this.#warn('disk', { device, reason }, 'a turn is not recorded: the disk refused it')
    else this.#warn(`taker ${taker}`, { device, taker, reason }, 'a taker of the sound of a turn failed')
  }

  #warn(what: string, fields: Record<string, unknown>, message: string): void {
    const passed = this.#quiet.allow(what)
    if (passed) this.#options.log.warn({ ...fields, ...passed }, message)
  }
}

function forgetOldest(map: Map<string, unknown>): void {
  const [oldest] = map.keys()
  if (map.size > REMEMBERED && oldest !== undefined) map.delete(oldest)
}

/** A device's id has no slash, so no two turns share a key. */
function keyOf(device: string, turn: string): string {
  return `${device}/${turn}`
}
