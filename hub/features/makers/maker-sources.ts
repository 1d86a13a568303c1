import { CLOCK_STEP_MS, VOLATILE_FLUSH_MS } from '../../../shared/limits.ts'
import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import { OWN_SOURCE } from '../devices/entity.ts'
import { fold } from '../house/named-house.ts'

/** A source as hub.toml or its first message names it. */
export interface NamedSource {
  key: string
  dialect: string
  /** A house by its id or name; `null`: none was named. */
  house: string | null
}

export interface MakerSource {
  key: string
  dialect: string
  house_id: string | null
  is_named: boolean
  /** `null`: it has not said so. */
  is_online: boolean | null
}

type SourceRow = Omit<MakerSource, 'is_named' | 'is_online'> & { is_named: number; is_online: number | null }

/** The sources of devices of other makers: what is known of each, and how many states were dropped. */
export class MakerSources {
  #read: Statement
  #insert: Statement
  #describe: Statement
  #show: Statement
  #trouble: Statement
  #name: Statement
  #keys: Statement
  #houses: Statement
  #count: Statement
  #dropped = new Map<string, number>()
  #writtenAt = 0

  constructor(db: Database) {
    this.#read = db.prepare('SELECT key, dialect, house_id, is_named, is_online FROM maker_sources WHERE key = ?')
    this.#insert = db.prepare(
      'INSERT INTO maker_sources (key, dialect, house_id, created_at, updated_at) VALUES (?, ?, ?, ?, ?)',
    )
    this.#describe = db.prepare('UPDATE maker_sources SET dialect = ?, house_id = ?, updated_at = ? WHERE key = ?')
    this.#show = db.prepare(
      'UPDATE maker_sources SET since = CASE WHEN is_online IS ? THEN since ELSE ? END, is_online = ?, reason = ?, updated_at = ? WHERE key = ?',
    )
    this.#trouble = db.prepare('UPDATE maker_sources SET reason = ?, updated_at = ? WHERE key = ? AND is_online = 1')
    this.#name = db.prepare('UPDATE maker_sources SET is_named = ?, updated_at = ? WHERE key = ? AND is_named <> ?')
    this.#keys = db.prepare('SELECT key FROM maker_sources ORDER BY key').pluck()
    this.#houses = db.prepare('SELECT id, name FROM houses WHERE removed_at IS NULL')
    this.#count = db.prepare('UPDATE maker_sources SET dropped = dropped + ? WHERE key = ?')
  }

  keys(): string[] {
    return this.#keys.all() as string[]
  }

  find(key: string): MakerSource | undefined {
    const row = this.#read.get(key) as SourceRow | undefined
    if (row === undefined) return undefined
    return { ...row, is_named: row.is_named === 1, is_online: row.is_online === null ? null : row.is_online === 1 }
  }

  /** The source, made when it is new and changed where it is described otherwise. */
  know(context: Context, { key, dialect, house }: NamedSource): MakerSource {
    if (key === OWN_SOURCE) throw new Error(`${OWN_SOURCE} is the source of what devices say of themselves`)
    const { now } = context
    const before = this.find(key)
    const id = this.#houseCalled(house)
    this.#tellHouse(context, { key, house, isKnown: house === null || id !== null })
    if (!before) this.#insert.run(key, dialect, id, now, now)
    else if (before.dialect !== dialect || before.house_id !== id) this.#describe.run(dialect, id, now, key)
    return { is_named: true, is_online: null, ...before, key, dialect, house_id: id }
  }

  /** Whether hub.toml names it. */
  name({ now }: Context, key: string, isNamed: boolean): void {
    const flag = isNamed ? 1 : 0
    this.#name.run(flag, now, key, flag)
  }

  show({ now }: Context, key: string, { online, reason }: { online: boolean | null; reason: string | null }): void {
    const flag = online === null ? null : online ? 1 : 0
    this.#show.run(flag, now, flag, reason, now, key)
  }

  /** What is wrong with what it publishes. Of one that is away nothing matters but why. */
  troubled({ now }: Context, key: string, reason: string | null): void {
    this.#trouble.run(reason, now, key)
  }

  dropped(key: string, states: number): void {
    if (states > 0) this.#dropped.set(key, (this.#dropped.get(key) ?? 0) + states)
  }

  tick(context: Context): void {
    const age = context.now - this.#writtenAt
    if (age >= VOLATILE_FLUSH_MS || age < -CLOCK_STEP_MS) this.write(context)
  }

  write(context: Context): void {
    const counts = [...this.#dropped]
    for (const [key, states] of counts) this.#count.run(states, key)
    context.committed(() => {
      for (const [key, states] of counts) {
        const left = (this.#dropped.get(key) ?? 0) - states
        if (left > 0) this.#dropped.set(key, left)
        else this.#dropped.delete(key)
      }
      this.#writtenAt = context.now
    })
  }

  #houseCalled(given: string | null): string | null {
    if (given === null) return null
    const houses = this.#houses.all() as { id: string; name: string }[]
    const called = houses.filter(({ name }) => fold(name) === fold(given))
    return houses.find(({ id }) => id === given)?.id ?? (called.length === 1 ? (called[0]?.id ?? null) : null)
  }

  #tellHouse(context: Context, { key, house, isKnown }: { key: string; house: string | null; isKnown: boolean }): void {
    const message = `${key} is to be of the house ${house}, which this hub does not have once`
    const problem = isKnown ? null : ({ code: 'makers_house_unknown', message } as const)
    context.effect({ kind: 'problem', name: `makers_house_unknown:${key}`, problem })
  }
}
