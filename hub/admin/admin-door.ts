import type { Clock } from '../../shared/clock.ts'
import { decode } from '../../shared/codec.ts'
import { LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import type { Log } from '../../shared/log.ts'
import type { AdminResponse } from '../../shared/messages/admin-response.ts'
import type { AdminCommand, PrepareContext } from '../engine/admin-command.ts'
import { failure, success } from '../engine/answer-later.ts'
import type { Caller } from '../engine/caller.ts'
import type { StructuredInput, Verdict } from '../engine/input.ts'
import { commandAreas } from '../features/commands.ts'
import { type Asked, admit, checkTime } from './admit.ts'
import { ReadNotes } from './read-notes.ts'

export interface AdminDoorParts {
  /** Runs a changing command in the engine, which publishes the answer itself. */
  run(input: Extract<StructuredInput, { kind: 'command' }>): Promise<{ verdict: Verdict }>
  /** Asks the reader. */
  query(asked: Asked, params: unknown): Promise<unknown>
  /** Asks the reader what a dangerous command would take away, or `null`. */
  danger(asked: Asked, params: unknown): Promise<string | null>
  /** Leaves a trace of questions. Resolves when it is on the disk, or cannot be; never rejects. */
  note(input: Extract<StructuredInput, { kind: 'api_call' }>): Promise<void>
  publish(caller: Caller, asked: { area: string; verb: string }, response: AdminResponse): void
  /** What commands know of each other, the door adds. */
  prepareContext(caller: Caller): Omit<PrepareContext, 'areas'>
  clock: Clock
  log: Log
}

/**
 * The front's side of the one admin door: checks what is asked, prepares what may take time, then has it run in the engine
 * or asked of the reader. Every request gets exactly one answer.
 */
export class AdminDoor implements Service {
  #parts: AdminDoorParts
  #reads: ReadNotes

  constructor(parts: AdminDoorParts) {
    this.#parts = parts
    this.#reads = new ReadNotes(parts.clock, (note) => parts.note(note))
  }

  start(): void {}

  /** Resolves when every question that was asked so far has its trace. */
  stop(): Promise<void> {
    return this.#reads.stop()
  }

  async request(
    levels: { area: string; verb: string },
    message: { payload: Buffer; retained: boolean; caller: Caller },
  ): Promise<void> {
    const { area, verb } = levels
    const { caller, retained } = message
    const decoded = decode('admin-request', message.payload)
    if (!decoded.ok) {
      this.#parts.publish(caller, levels, failure('', new LaresError(decoded.code, `the request ${decoded.reason}`)))
      return
    }
    const { clock } = this.#parts
    const { expires_in_ms } = decoded.value
    const deadline = expires_in_ms === undefined ? {} : { deadline: clock.mono() + expires_in_ms }
    const asked: Asked = { area, verb, request: decoded.value, caller, retained, ...deadline }
    try {
      const { command, params } = admit(asked)
      if (command.danger) await this.#refuseLoss(asked, params)
      const prepared = await command.prepare?.(params, { ...this.#parts.prepareContext(caller), areas: commandAreas })
      checkTime(asked, clock.mono())
      if (command.run) {
        const { verdict } = await this.#parts.run({ kind: 'command', ...withoutSecrets(asked, command), prepared })
        if (verdict !== 'stored') throw new Error(`${area}/${verb} failed in the engine`)
        if (!command.changes) this.#reads.add(asked, true)
        return
      }
      const data = await this.#parts.query(asked, params)
      this.#parts.publish(caller, levels, success(asked.request.id, data))
      this.#reads.add(asked, true)
    } catch (error) {
      if (!(error instanceof LaresError))
        this.#parts.log.error({ area, verb, error: String(error) }, 'a command failed')
      this.#parts.publish(caller, levels, failure(asked.request.id, error))
      this.#reads.add(asked, false)
    }
  }

  /**
   * Throws `confirm_needed` for a dangerous command that nobody confirmed and that takes something away, before anything is
   * prepared for it. What passes is asked again by the engine.
   */
  async #refuseLoss(asked: Asked, params: unknown): Promise<void> {
    if (asked.request.confirm === true) return
    const loss = await this.#parts.danger(asked, params)
    if (loss !== null) throw new LaresError('confirm_needed', loss)
  }
}

/** Past the door nobody needs what was prepared of a secret any more: it cannot get into a row, an event or a log. */
function withoutSecrets(asked: Asked, { secretParams = [] }: AdminCommand): Asked {
  const params = { ...asked.request.params }
  for (const name of secretParams)
    if (name in params) params[name] = Array.isArray(params[name]) ? [] : '*'.repeat(String(params[name]).length)
  return { ...asked, request: { ...asked.request, params } }
}
