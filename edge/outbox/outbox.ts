import type { Cancel, Clock } from '../../shared/clock.ts'
import { check } from '../../shared/codec.ts'
import { cutText } from '../../shared/cut-text.ts'
import type { LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { RateLimitedLog } from '../../shared/log.ts'
import type { Ack } from '../../shared/messages/ack.ts'
import type { Lane } from '../../shared/messages/fields.ts'
import type { Heartbeat } from '../../shared/messages/heartbeat.ts'
import type { EventBody, ResultBody } from './bodies.ts'
import type { OutboxLimits } from './eviction.ts'
import { evictBeyondLimits, OUTBOX_LIMITS } from './eviction.ts'
import { writeInLittleRoom } from './little-room.ts'
import type { OutboxFileParts } from './outbox-file.ts'
import { OutboxFile } from './outbox-file.ts'
import type { OutboxKind, OutboxRow } from './rows.ts'
import { ROW_OVERHEAD_BYTES } from './rows.ts'
import type { AckOutcome } from './settlement.ts'
import { Settlement } from './settlement.ts'
import type { ReadingItem } from './split-readings.ts'
import { BODY_BYTES, splitReadings } from './split-readings.ts'

/**
 * `stored`: it is on the disk. `full`: the disk takes nothing now, and it was not kept.
 * `refused`: no hub would understand it, or it is too large; an event says so.
 */
export type Written = 'stored' | 'full' | 'refused'

export interface OutboxOptions extends OutboxFileParts {
  /** Id of this boot: monotonic times are comparable within one. */
  boot: string
  limits?: OutboxLimits
  /** Gives up the room that is kept for a full disk. Default: none is kept. */
  release?: () => void
}

interface Draft {
  kind: OutboxKind
  body: string
  lane: Lane
}

/**
 * Everything durable that the agent has to tell waits here until the hub says that it is on the hub's disk.
 *
 * A row's lane is fixed when it is written: `urgent` where the writer says so, else `live` while the hub is reachable
 * and `backlog` while it is not. Rows leave only by the hub's ack, or for lack of room, counted.
 */
export class Outbox {
  #clock: Clock
  #boot: string
  #log: Log
  #quiet: RateLimitedLog
  #limits: OutboxLimits
  #file: OutboxFile
  #settlement: Settlement
  #reachable = false
  #release: () => void
  #scarce = false
  #full: { since: number; lost: number; fault: LaresError } | null = null
  #written = new Set<() => void>()
  #fullChanged = new Set<() => void>()

  constructor(options: OutboxOptions) {
    this.#clock = options.clock
    this.#boot = options.boot
    this.#log = options.log
    this.#quiet = new RateLimitedLog(options.clock, 60_000)
    this.#limits = options.limits ?? OUTBOX_LIMITS
    this.#release = options.release ?? (() => {})
    this.#file = new OutboxFile(options)
    this.#settlement = new Settlement({
      file: this.#file,
      clock: options.clock,
      log: options.log,
      tell: (event) => this.event(event, { urgent: true }),
    })
  }

  get epoch(): string {
    return this.#file.state.epoch
  }

  /** One message for the samples of a tick, or a few when they are many. All of them or none are stored. */
  readings(items: readonly ReadingItem[]): Written {
    const good = items.filter((item) => this.#isSound(item))
    if (good.length === 0) return items.length === 0 ? 'stored' : 'refused'
    const lane = this.#laneFor(false)
    return this.#write(splitReadings(good).map((body) => ({ kind: 'readings', body, lane })))
  }

  /** `urgent` is for alarms and for what somebody waits for. Its time is stamped here when it has none. */
  event(event: EventBody, options: { urgent?: boolean } = {}): Written {
    const stamped = { at: Math.max(0, this.#clock.now()), mono: this.#clock.mono(), ...event }
    const checked = check('event', stamped)
    // As it was checked: its words are clean there.
    const body = JSON.stringify(checked.ok ? checked.value : stamped)
    const fault = checked.ok ? tooLarge(body) : checked.reason
    if (fault !== null) return this.#refuse('an event', fault)
    return this.#write([{ kind: 'event', body, lane: this.#laneFor(options.urgent ?? false) }])
  }

  /** What became of a command. `also` runs in the same transaction. */
  result(result: ResultBody, also: () => void = () => {}): Written {
    const checked = check('result', result)
    const body = JSON.stringify(checked.ok ? checked.value : result)
    const fault = checked.ok ? tooLarge(body) : checked.reason
    if (fault !== null) return this.#refuse('the result of a command', fault)
    return this.#write([{ kind: 'result', body, lane: 'urgent' }], also)
  }

  /**
   * The number of the connect that is about to be made, kept before it is used. When the disk takes nothing it counts
   * on in memory: an agent with a full disk must still get rid of what it holds.
   */
  nextConnect(): number {
    const connects = this.#file.state.connects + 1
    this.#file.keep('keep the connect count', { connects })
    this.#file.state.connects = connects
    return connects
  }

  /**
   * The hub answered the birth with this ack. Takes away what arrived, sets aside what was under way at three
   * disconnects in a row, and from now on writes live. Nothing may be sent before it said `ok`.
   */
  opened(ack: Ack): AckOutcome {
    const outcome = this.#settlement.opened(ack)
    this.#reachable = outcome === 'ok'
    if (outcome === 'ok') this.#tellDropped()
    return outcome
  }

  /** The connection ended; `inFlight` are the rows that were sent and not acknowledged. */
  closed(inFlight: readonly number[]): void {
    this.#reachable = false
    this.#settlement.closed(inFlight)
  }

  /** Everything up to here is on the hub's disk. Acks of another epoch are ignored. */
  acknowledge(ack: Ack): AckOutcome {
    const outcome = this.#settlement.acknowledge(ack)
    if (outcome === 'restored') this.#reachable = false
    return outcome
  }

  /** Rows of a lane above `after`, ascending, without those that are acknowledged or set aside. */
  waiting(lane: Lane, after: number, limit: number): OutboxRow[] {
    return this.#file.rows.waiting(lane, Math.max(after, this.#settlement.ackedUpTo(lane)), limit)
  }

  /** Puts rows that were set aside back into the line, with new sequence numbers. How many they were. */
  retryParked(): number {
    let moved = 0
    this.#file.attempt('bring back what was set aside', () => {
      moved = this.#file.rows.rekey('parked')
    })
    if (moved > 0) this.#file.recount()
    return moved
  }

  /** Calls `run` after every write. Returns a function that stops it. */
  onWritten(run: () => void): Cancel {
    this.#written.add(run)
    return () => this.#written.delete(run)
  }

  /** Calls `run` when the outbox becomes full and when it takes rows again. Returns a function that stops it. */
  onFullChanged(run: () => void): Cancel {
    this.#fullChanged.add(run)
    return () => this.#fullChanged.delete(run)
  }

  /** As the heartbeat shows it. `oldest_s` counts the agent's running time. */
  status(): Heartbeat['outbox'] {
    const { rows, total, state, parked } = this.#file
    const oldest = rows.oldestWrittenMs()
    return {
      rows: total.rows,
      bytes: total.bytes,
      oldest_s: oldest === null ? null : Math.round((this.#file.runningMs() - oldest) / 100) / 10,
      dropped: state.dropped,
      parked,
      full: this.#full !== null || this.#scarce,
    }
  }

  /** Why nothing is taken now, with its remedy, or `null`. */
  get fault(): LaresError | null {
    return this.#full?.fault ?? null
  }

  /** Whether the disk is so full that the oldest rows go for new ones. */
  get scarce(): boolean {
    return this.#scarce
  }

  /** The disk has room again. */
  roomAgain(): void {
    this.#scarce = false
  }

  /** Messages that the hub could not use, since the file was made. */
  get rejected(): number {
    return this.#file.state.rejected
  }

  /** Safe to call twice. */
  close(): void {
    this.#settlement.stop()
    this.#file.close()
  }

  #laneFor(urgent: boolean): Lane {
    if (urgent) return 'urgent'
    return this.#reachable ? 'live' : 'backlog'
  }

  #isSound(item: ReadingItem): boolean {
    const checked = check('readings', { items: [item] })
    if (checked.ok) return true
    this.#refuse('a reading', checked.reason)
    return false
  }

  #refuse(what: string, reason: string): Written {
    if (this.#quiet.allow(`refused ${what}`)) {
      this.#log.error({ what, reason }, 'a message is not sound and was not kept')
      const description = cutText(`${what} was not kept: ${reason}`, 450)
      this.event({ type: 'message_refused', severity: 'warning', description })
    }
    return 'refused'
  }

  #write(drafts: Draft[], also: () => void = () => {}): Written {
    const file = this.#file
    const runningMs = file.runningMs()
    let added = { rows: 0, bytes: 0 }
    let gone = { rows: 0, bytes: 0 }
    let sentBound = file.state.sentBound
    const write = () =>
      file.transaction(() => {
        added = { rows: 0, bytes: 0 }
        for (const draft of drafts) {
          const bytes = Buffer.byteLength(draft.body) + ROW_OVERHEAD_BYTES
          const id = file.rows.insert({ ...draft, boot: this.#boot, writtenMs: runningMs, bytes })
          if (this.#reachable) sentBound = id
          added = { rows: added.rows + 1, bytes: added.bytes + bytes }
        }
        const total = { rows: file.total.rows + added.rows, bytes: file.total.bytes + added.bytes }
        gone = evictBeyondLimits(file.rows, { total, runningMs }, this.#limits)
        file.rows.update({ runningMs, sentBound, dropped: file.state.dropped + gone.rows })
        also()
      })
    const dropped = file.state.dropped
    try {
      this.#scarce = writeInLittleRoom(write, {
        file,
        lane: drafts[0]?.lane ?? 'backlog',
        bytes: drafts.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0),
        scarce: this.#scarce,
        flush: () => this.#settlement.flush(),
        release: this.#release,
      })
    } catch (error) {
      return this.#refuseForDisk(error, drafts.length)
    }
    file.state.sentBound = sentBound
    file.state.dropped += gone.rows
    file.total = {
      rows: file.total.rows + added.rows - gone.rows,
      bytes: file.total.bytes + added.bytes - gone.bytes,
    }
    const rows = file.state.dropped - dropped
    if (rows > 0) this.#sayDropped(rows)
    this.#sayResumed()
    for (const run of this.#written) run()
    return 'stored'
  }

  #refuseForDisk(error: unknown, messages: number): Written {
    const fault = this.#file.fault(error)
    if (!fault) throw error
    const before = this.#full
    this.#full = before ?? { since: this.#clock.mono(), lost: 0, fault }
    // It may change meanwhile: who holds the file is seen only while it is held.
    this.#full.fault = fault
    this.#full.lost += messages
    if (before === null) {
      this.#log.error({ reason: fault.message }, 'nothing can be written: intake of the outbox stopped')
      for (const run of this.#fullChanged) run()
    }
    return 'full'
  }

  #sayResumed(): void {
    const full = this.#full
    if (full === null) return
    this.#full = null
    const seconds = Math.round((this.#clock.mono() - full.since) / 1_000)
    this.#log.warn({ seconds, lost: full.lost }, 'rows can be written again: intake of the outbox resumed')
    for (const run of this.#fullChanged) run()
    this.event(
      {
        type: 'outbox_full',
        severity: 'error',
        description: `For ${seconds} s nothing could be written; ${full.lost} messages were not kept.`,
        data: { seconds, lost: full.lost, reason: cutText(full.fault.message, 200) },
      },
      { urgent: true },
    )
  }

  #sayDropped(rows: number): void {
    this.#file.parked = this.#file.rows.totalParked()
    const allowed = this.#quiet.allow('dropped')
    if (!allowed) return
    this.#log.warn({ rows, total: this.#file.state.dropped }, 'there is no room in the outbox: oldest rows dropped')
  }

  #tellDropped(): void {
    const { dropped, droppedTold } = this.#file.state
    const rows = dropped - droppedTold
    if (rows === 0) return
    const description = `${rows} messages were given up for lack of room in the outbox.`
    if (this.event({ type: 'outbox_dropped', severity: 'error', description, data: { rows } }) !== 'stored') return
    this.#file.keep('keep what was told', { droppedTold: dropped })
  }
}

function tooLarge(body: string): string | null {
  const bytes = Buffer.byteLength(body)
  return bytes > BODY_BYTES ? `has ${bytes} bytes, at most ${BODY_BYTES} fit into a message` : null
}
