import { asError } from '../../../shared/errors.ts'
import { storeFault } from '../../../shared/sqlite/store-fault.ts'
import type { Context } from '../../engine/context.ts'
import type { ToldProblem } from '../../engine/health-problem.ts'
import type { House } from '../../engine/house.ts'
import { closeErasures, hasCentral } from './close-erasures.ts'

/** Has no bytes of what was removed stay in the database's file and its log, which keep them until they are written over. */
export class RemovedBytes {
  #house: Pick<House, 'db' | 'central' | 'forgetRemoved' | 'log'>
  #isForgotten = false
  /** Why the last step failed, and what the hub's health has of that. */
  #problem: ToldProblem | null = null
  #told: ToldProblem | null = null

  constructor(house: Pick<House, 'db' | 'central' | 'forgetRemoved' | 'log'>) {
    this.#house = house
  }

  /** Something else was removed, and may stand there. */
  forgetAnew(): void {
    this.#isForgotten = false
  }

  /** One step after the commit, as long as an erasure waits for it. A hub that ended meanwhile does it again. */
  tick(context: Context): void {
    this.#tell(context)
    const waits = context.db.prepare("SELECT 1 FROM erasures WHERE state = 'elsewhere' AND forgotten_at IS NULL")
    if (waits.get() === undefined) return
    if (this.#isForgotten) this.#note(context)
    else context.committed(() => this.#forget())
  }

  #note({ db, now }: Context): void {
    db.prepare("UPDATE erasures SET forgotten_at = ? WHERE state = 'elsewhere' AND forgotten_at IS NULL").run(now)
    closeErasures(db, { now, hasCentral: hasCentral(this.#house) })
  }

  #forget(): void {
    const { db, log, forgetRemoved } = this.#house
    try {
      this.#isForgotten = forgetRemoved()
      this.#problem = null
    } catch (error) {
      const { code, message } = storeFault(error, db.name) ?? { code: 'part_failed' as const, ...wordsOf(error) }
      const words = `what was erased still stands in free pages of the database's file: ${message}`
      if (this.#problem?.message === words) return
      log.error({ error: asError(error).stack }, 'what was erased could not be overwritten; it is tried every second')
      this.#problem = { code, message: words }
    }
  }

  #tell(context: Context): void {
    const problem = this.#problem
    if (problem === this.#told) return
    context.effect({ kind: 'problem', name: 'erasures', problem })
    context.committed(() => {
      this.#told = problem
    })
  }
}

function wordsOf(error: unknown): { message: string } {
  return { message: asError(error).message }
}
