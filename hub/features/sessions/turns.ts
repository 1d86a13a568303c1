import type { Turn } from '../../../shared/messages/turn.ts'
import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import type { Recording } from '../../engine/recording.ts'
import { addClip, dropUnknownFile } from './clips.ts'
import { contextStep, keepContext } from './context-snapshot.ts'
import { continueSession, prolongSession, tellDevice } from './conversation.ts'
import { silenceOf, tellOpened } from './opened-turn.ts'
import type { SessionKey } from './session-moves.ts'
import { sessionRow } from './session-row.ts'

/** Ends that the device must not take for its own: not all it sent is kept. */
const CUT_SHORT = new Set(['truncated', 'hub_restart'])

interface TurnRow {
  session: string
  epoch: number
  /** That of the session when the turn began; `null`: an older hub did not say. */
  began: number | null
  phase: string
  reason: string | null
  lost: number
  completeness: string | null
}

export interface EndOfTurn {
  device: string
  house: string
  turn: string
  /** The device's end; `null` when the hub closed the turn. */
  message: Turn | null
  /** `null` when there was no sound or the disk refused it. */
  recording: Recording | null
}

/** Turns: opened and closed once, answered as often as the device asks. */
export class Turns {
  #read: Statement
  #insert: Statement
  #end: Statement
  #closeOpen: Statement

  constructor(db: Database) {
    this.#read = db.prepare(
      "SELECT t.session_id AS session, s.epoch, t.timings ->> 'session_epoch' AS began, t.phase, t.end_reason AS reason, t.lost_frames AS lost, c.completeness " +
        'FROM turns t JOIN sessions s ON s.id = t.session_id LEFT JOIN audio_clips c ON c.turn_id = t.id WHERE t.id = ?',
    )
    this.#insert = db.prepare(
      "INSERT INTO turns (id, session_id, device_id, phase, started_at, timings, created_at, updated_at) VALUES (?, ?, ?, 'open', ?, ?, ?, ?)",
    )
    this.#end = db.prepare(
      "UPDATE turns SET phase = 'ended', ended_at = ?, end_reason = ?, frames = ?, lost_frames = ?, checksum = ?, updated_at = ? WHERE id = ?",
    )
    this.#closeOpen = db.prepare(
      "UPDATE turns SET phase = 'ended', ended_at = ?, end_reason = 'hub_restart', updated_at = ? WHERE phase = 'open'",
    )
  }

  /** Opens a turn in the device's session, or in a new one. A repeated start is answered with what became of the turn. */
  start(context: Context, turn: Turn, origin: { device: string; house: string }): void {
    if (this.#open(context, turn, origin) === 'refused') return
    this.#answer(context, origin.device, turn.turn)
  }

  /**
   * Closes a turn with its recording. The file is synced and in place already. A repeated end changes nothing and is
   * answered the same, because the device repeats it until it hears `stored`. `refused`: there is no such turn to close.
   */
  end(context: Context, end: EndOfTurn): 'stored' | 'duplicate' | 'refused' {
    const { device, message, recording } = end
    const id = turnId(device, end.turn)
    if (message && this.#open(context, message, end) === 'refused') {
      dropUnknownFile(context, id, recording)
      return 'refused'
    }
    const row = this.#row(id)
    if (row?.phase !== 'open') {
      dropUnknownFile(context, id, recording)
      if (!row) return 'refused'
      this.#answer(context, device, end.turn)
      return 'duplicate'
    }
    const lost = recording?.lostFrames ?? message?.frames ?? 0
    const checksum = message?.crc32?.toString(16).padStart(8, '0') ?? null
    const reason = endReason(message, recording)
    this.#end.run(context.now, reason, recording?.frames ?? 0, lost, checksum, context.now, id)
    if (recording) addClip(context, { device, session: row.session, turnId: id, recording, message })
    // What was said is kept; a session that went on without it is not touched.
    const fence = fenceOf(row, message)
    if (fence !== null) {
      prolongSession(context, fence)
      // Its words may be there before its sound is on the disk: then somebody answers by now.
      if (contextStep(context, fence) === 'listening')
        keepContext(context, fence, { step: 'idle', device, turn: end.turn })
    }
    this.#answer(context, device, end.turn)
    return 'stored'
  }

  /** At start: what was open when the hub went away is closed. */
  closeOpen(context: Context): void {
    this.#closeOpen.run(context.now, context.now)
  }

  /** `refused`: it speaks of a session that is not as the device believes, and the device was told so. */
  #open(context: Context, turn: Turn, origin: { device: string; house: string }): 'open' | 'refused' {
    const id = turnId(origin.device, turn.turn)
    if (this.#row(id)) return 'open'
    const stale = staleSession(context, turn, origin.device)
    if (stale !== null) {
      tellDevice(context, origin.device, { ...stale, turn: turn.turn, step: 'stand_down', reason: 'stale' })
      return 'refused'
    }
    const session = continueSession(context, origin)
    const timings = JSON.stringify({
      trigger: turn.trigger ?? null,
      preroll_ms: turn.preroll,
      device_at: turn.at ?? null,
      session_epoch: session.epoch,
    })
    this.#insert.run(id, session.id, origin.device, context.now, timings, context.now, context.now)
    keepContext(context, session, { step: 'listening', device: origin.device, turn: turn.turn })
    tellOpened(context, session, { device: origin.device, turn: turn.turn })
    return 'open'
  }

  #row(id: string): TurnRow | undefined {
    return this.#read.get(id) as TurnRow | undefined
  }

  /** Always derived from the rows, so that a repeated question gets the same answer. */
  #answer(context: Context, device: string, turn: string): void {
    const row = this.#row(turnId(device, turn))
    if (!row) return
    const { session, epoch, phase } = row
    const reason = missing(row)
    const step = phase === 'open' ? 'granted' : 'stored'
    const silence = phase === 'open' ? silenceOf(context, session) : null
    tellDevice(context, device, {
      ...{ session, epoch, turn, step },
      ...(reason ? { reason } : {}),
      ...(silence === null ? {} : { silence_ms: silence }),
    })
  }
}

/** Turn ids are minted by devices; with the device's id in front they are unique in the house. */
export function turnId(device: string, turn: string): string {
  return `${device}/${turn}`
}

/** The session as it was when the turn began, where the device and the row agree that it is still that; else `null`. */
function fenceOf({ session: id, epoch, began }: TurnRow, message: Turn | null): SessionKey | null {
  if (began !== null && began !== epoch) return null
  const { session = id, epoch: said = epoch } = message ?? {}
  return session === id && said === epoch ? { id, epoch } : null
}

/** The session that a new turn claims wrongly, with the number that it has; `null`: it claims none, or the one that there is. */
function staleSession({ db }: Context, turn: Turn, device: string): { session: string; epoch: number } | null {
  if (turn.session === undefined) return null
  const row = sessionRow(db, turn.session)
  const isThere = row?.state === 'active' && row.device === device && (turn.epoch ?? row.epoch) === row.epoch
  return isThere ? null : { session: turn.session, epoch: row?.device === device ? row.epoch : (turn.epoch ?? 0) }
}

/** Why what is stored is less than what the device sent; `null` when it is all there. */
function missing({ reason, completeness, lost }: TurnRow): string | null {
  if (reason !== null && CUT_SHORT.has(reason)) return reason
  return completeness === 'truncated' || lost > 0 ? 'truncated' : null
}

function endReason(message: Turn | null, recording: Recording | null): string {
  if (recording?.closedBy === 'cap') return 'cap'
  if (!message) return 'truncated'
  if (!recording && (message.frames ?? 0) > 0) return 'truncated'
  return message.reason ?? 'stopped'
}
