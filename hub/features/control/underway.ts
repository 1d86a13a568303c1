import { COMMANDS } from '../../../shared/limits.ts'
import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import { mayHaveRun, notInTime, notKept, refusedBy } from './action-answer.ts'
import { answerSoFar, end } from './action-outcome.ts'
import { actionOf } from './action-row.ts'

interface UnderwayRow {
  action_id: number
  device_id: string
  expires_at: number
  deadline_mono: number | null
  answer_mono: number | null
  again_mono: number | null
  created_at: number
  executed_at: number | null
  command_id: string
  command: string
  parameters: string
  revoked_at: number | null
}

const AGAIN_MS = 2_000
const READ =
  'SELECT u.action_id, u.device_id, u.expires_at, u.deadline_mono, u.answer_mono, u.again_mono, a.created_at, a.executed_at, ' +
  'a.command_id, a.command, a.parameters, d.revoked_at FROM commands_underway u JOIN control_actions a ON a.id = u.action_id ' +
  'JOIN devices d ON d.id = u.device_id'

/**
 * Commands on their way. A device that can be reached is told at once and in order; one that comes back is told everything
 * again that it has not answered, in order: it runs nothing twice. What is over is told nobody any more.
 */
export class Underway {
  /** Devices that hear commands now, and whether each runs an agent, which hears every one. */
  #ready = new Map<string, boolean>()
  #untold: Statement
  #ofDevice: Statement
  #all: Statement
  #told: Statement
  #sent: Statement
  #tellAgain: Statement

  constructor(db: Database) {
    this.#untold = db.prepare('SELECT DISTINCT device_id FROM commands_underway WHERE told = 0').pluck()
    this.#ofDevice = db.prepare(`${READ} WHERE u.device_id = ? AND u.told = 0 ORDER BY u.action_id`)
    this.#all = db.prepare(`${READ} ORDER BY u.action_id`)
    this.#told = db.prepare('UPDATE commands_underway SET told = 1, again_mono = ? WHERE action_id = ?')
    this.#sent = db.prepare(
      "UPDATE control_actions SET status = 'executing', executed_at = coalesce(executed_at, ?), updated_at = ? WHERE id = ?",
    )
    this.#tellAgain = db.prepare('UPDATE commands_underway SET told = 0 WHERE device_id = ?')
  }

  /** The device hears commands from now on. */
  ready(device: string, { isAgent }: { isAgent: boolean }): void {
    this.#ready.set(device, isAgent)
    this.#tellAgain.run(device)
  }

  away(device: string): void {
    this.#ready.delete(device)
  }

  /** Publishes what reachable devices have not been told, in order. */
  deliver(context: Context): void {
    for (const device of this.#untold.all() as string[]) {
      const isAgent = this.#ready.get(device)
      if (isAgent === undefined) continue
      for (const row of this.#ofDevice.all(device) as UnderwayRow[]) this.#tell(context, row, isAgent)
    }
  }

  /**
   * After a start. How long the hub was away is known from the wall clock alone: where that is not to be trusted, or ran
   * backwards, everything is over, because late is worse than never.
   */
  resume(context: Context): void {
    const { db, now, clockSynced } = context
    this.#ready.clear()
    db.exec('UPDATE commands_underway SET told = 0, deadline_mono = NULL, again_mono = NULL')
    for (const row of this.#all.all() as UnderwayRow[]) {
      const isKnown = clockSynced === true && now >= row.created_at
      if (!isKnown || now >= row.expires_at) this.#over(context, row, isKnown ? notInTime : notKept)
      // Whoever asked lost the connection.
      else answerSoFar(context, actionOf(db, row.action_id))
    }
  }

  /** Ends what is over, answers who cannot wait longer, and tells again what may not have been heard. */
  tick(context: Context): void {
    const { db } = context
    const mono = context.mono ?? 0
    for (const row of this.#all.all() as UnderwayRow[]) {
      if (row.deadline_mono === null)
        db.prepare('UPDATE commands_underway SET deadline_mono = ? WHERE action_id = ?').run(
          mono + row.expires_at - context.now,
          row.action_id,
        )
      const left = leftOf(row, context)
      // Its answer may be on its way still.
      if (row.revoked_at !== null) this.#shutOut(context, row)
      else if (left <= (row.executed_at === null ? 0 : -COMMANDS.graceMs)) this.#over(context, row)
      else if (row.answer_mono !== null && mono >= row.answer_mono) answerSoFar(context, actionOf(db, row.action_id))
      else if (row.again_mono !== null && mono >= row.again_mono) this.#tellAgain.run(row.device_id)
    }
    this.deliver(context)
  }

  #tell(context: Context, row: UnderwayRow, isAgent: boolean): void {
    const { topics, now } = context
    const left = Math.floor(leftOf(row, context))
    if (left <= 0) return
    // A device without an agent may not have subscribed yet: the longer it says nothing, the less often.
    const wait = Math.max(AGAIN_MS, row.executed_at === null ? 0 : now - row.executed_at)
    this.#told.run(isAgent ? null : (context.mono ?? 0) + wait, row.action_id)
    this.#sent.run(now, now, row.action_id)
    const { command_id: id, command: name } = row
    const payload = JSON.stringify({ id, name, params: JSON.parse(row.parameters) as unknown, expires_in_ms: left })
    const topic = topics.build('command', { device: row.device_id })
    context.effect({ kind: 'publish', topic, payload, qos: 1, retain: false })
  }

  #shutOut(context: Context, row: UnderwayRow): void {
    const action = actionOf(context.db, row.action_id)
    end(context, action, { answer: null, error: refusedBy(action, { message: 'it was shut out' }) })
  }

  #over(context: Context, row: UnderwayRow, untold = notInTime): void {
    const action = actionOf(context.db, row.action_id)
    const error = row.executed_at === null ? untold(action) : mayHaveRun(action)
    end(context, action, { answer: null, error })
  }
}

/** Milliseconds until nothing of it is run any more. */
function leftOf({ deadline_mono, expires_at }: UnderwayRow, { now, mono }: Context): number {
  return deadline_mono === null ? expires_at - now : deadline_mono - (mono ?? 0)
}
