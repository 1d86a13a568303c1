import { CLOCK_STEP_MS, VOLATILE_FLUSH_MS } from '../../../shared/limits.ts'
import type { Heartbeat } from '../../../shared/messages/heartbeat.ts'
import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'

interface Signs {
  seenAt: number
  heartbeatAt: number | null
  heartbeat: Heartbeat | null
  unwritten: boolean
}

/** When each device was last heard and how it said it was: in memory, written every two minutes and at stop. */
export class SignsOfLife {
  #signs = new Map<string, Signs>()
  #writtenAt = 0
  #write: Statement

  constructor(db: Database) {
    this.#write = db.prepare(
      'UPDATE devices SET last_seen = ?, last_heartbeat = coalesce(?, last_heartbeat), ' +
        'current_state = coalesce(?, current_state) WHERE id = ?',
    )
  }

  seen(device: string, now: number): void {
    const signs = this.#of(device)
    signs.seenAt = now
    signs.unwritten = true
  }

  heartbeat(device: string, heartbeat: Heartbeat, now: number): void {
    const signs = this.#of(device)
    signs.seenAt = now
    signs.heartbeatAt = now
    signs.heartbeat = heartbeat
    signs.unwritten = true
  }

  of(device: string): Readonly<Signs> | undefined {
    return this.#signs.get(device)
  }

  /** When it was heard last; after the clock went back, the count begins anew. 0: never. */
  heardAt(device: string, now: number): number {
    const signs = this.#signs.get(device)
    if (!signs) return 0
    if (signs.seenAt > now + CLOCK_STEP_MS) signs.seenAt = now
    return signs.seenAt
  }

  tick(context: Context): void {
    const age = context.now - this.#writtenAt
    if (age >= VOLATILE_FLUSH_MS || age < 0) this.write(context)
  }

  write(context: Context): void {
    const unwritten = [...this.#signs].filter(([, signs]) => signs.unwritten)
    for (const [device, { seenAt, heartbeatAt, heartbeat }] of unwritten) {
      this.#write.run(seenAt, heartbeatAt, heartbeat === null ? null : JSON.stringify(heartbeat), device)
    }
    context.committed(() => {
      for (const [, signs] of unwritten) signs.unwritten = false
      this.#writtenAt = context.now
    })
  }

  #of(device: string): Signs {
    let signs = this.#signs.get(device)
    if (!signs) {
      signs = { seenAt: 0, heartbeatAt: null, heartbeat: null, unwritten: false }
      this.#signs.set(device, signs)
    }
    return signs
  }
}
