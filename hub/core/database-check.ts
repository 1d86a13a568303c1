import { join } from 'node:path'
import type { Clock } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Health } from '../health/hub-health.ts'
import { noteDamage, noteSound } from '../store/check-mark.ts'
import type { CheckOutcome } from '../store/check-process.ts'
import { OwnProcess, ProcessDropped } from './own-process.ts'

const PROGRAM = join(import.meta.dirname, '../store/check-process.ts')

export interface DatabaseCheckParts {
  file: string
  /** What reads the database; default: a process of its own. */
  reading?: Pick<OwnProcess<CheckOutcome>, 'run' | 'drop'>
  clock: Clock
  log: Log
  health: Health
  /** Damage was found and noted: nobody may be served from this database. */
  onDamage: (found: string) => void
}

/** Checks the whole database after an unclean end, while the hub serves from it. */
export class DatabaseCheck {
  #parts: DatabaseCheckParts
  #reading: Pick<OwnProcess<CheckOutcome>, 'run' | 'drop'>
  #over: Promise<void> = Promise.resolve()

  constructor(parts: DatabaseCheckParts) {
    this.#parts = parts
    this.#reading = parts.reading ?? new OwnProcess<CheckOutcome>(PROGRAM)
  }

  /** Resolves when no check is under way. */
  get over(): Promise<void> {
    return this.#over
  }

  start(): void {
    this.#over = this.#check()
  }

  /** Ends one that is under way: it is made again at the next start. */
  stop(): void {
    this.#reading.drop()
  }

  async #check(): Promise<void> {
    const { file, clock, log, health, onDamage } = this.#parts
    const since = clock.mono()
    log.info({ file }, 'the last end was not clean: the database is checked while the hub serves')
    try {
      const outcome = await this.#reading.run([file])
      if ('error' in outcome) throw new Error(outcome.error)
      if (outcome.damage !== null) {
        noteDamage(file, outcome.damage)
        onDamage(outcome.damage)
        return
      }
      noteSound(file)
      log.info({ took_ms: Math.round(clock.mono() - since) }, 'the database was checked: it is sound')
    } catch (error) {
      if (error instanceof ProcessDropped) return
      const reason = `the database could not be checked after an unclean end: ${asError(error).message}`
      log.warn({ file }, `${reason}; the next start tries again`)
      health.raise('check', 'disk_error', reason)
    }
  }
}
