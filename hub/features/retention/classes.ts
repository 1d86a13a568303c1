import { cutText } from '../../../shared/cut-text.ts'
import { LaresError } from '../../../shared/errors.ts'
import { nearestName } from '../../../shared/nearest-name.ts'
import { SENSOR_KINDS } from '../../../shared/sensors/index.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { RetentionClass, RetentionDays } from '../../contract/retention-class.ts'

export const DAY_MS = 86_400_000

/**
 * Classes whose rows are found and judged by rules of their own (removable.ts, conversations.ts), and what they are without a
 * setting. `readings:<kind>` is one too, and follows `readings`.
 */
const OWN_RULES: readonly (readonly [name: string, days: RetentionDays])[] = [
  ['readings', 30],
  ['rollups_5m', 365],
  ['rollups_1h', null],
  ['events', 30],
  ['events:error', 365],
  ['events:audit', null],
  ['sessions', 365],
  ['turns', 365],
  ['messages', 365],
]

/** Conversations: one class for each of their tables, and of the same name. */
export const CONVERSATIONS = ['messages', 'turns', 'sessions'] as const
export type ConversationTable = (typeof CONVERSATIONS)[number]

export function isConversation(name: string): name is ConversationTable {
  return CONVERSATIONS.some((table) => table === name)
}

/** Kept for ever, and no setting changes that. */
const FIXED: ReadonlySet<string> = new Set(['events:audit'])

const OF_KIND = /^readings:(.+)$/

export const SEVERITIES = ['debug', 'info', 'warning', 'error', 'critical']
/** What is not known here counts as an error: it is kept longer. */
const ORDINARY = ['debug', 'info', 'warning']

/** The class of an event. The audit is kept whatever its severity. */
export function eventClass(severity: string, category: string): string {
  if (category === 'audit') return 'events:audit'
  return ORDINARY.includes(severity) ? 'events' : 'events:error'
}

/** How long each class is kept: the settings over the defaults. Features declare classes of their own. */
export class Retention {
  /** By their names. */
  readonly declared: ReadonlyMap<string, RetentionClass>
  #db: Database
  #defaults: ReadonlyMap<string, RetentionDays>
  #settings: Map<string, RetentionDays>

  constructor(db: Database, declared: readonly RetentionClass[]) {
    this.#db = db
    this.declared = new Map(declared.map((one) => [one.name, one]))
    this.#defaults = new Map([...OWN_RULES, ...declared.map(({ name, days }) => [name, days] as const)])
    const rows = db.prepare('SELECT class, days FROM retention_settings').raw().all()
    this.#settings = new Map(rows as [string, RetentionDays][])
  }

  /** All but the kinds of readings. */
  get names(): string[] {
    return [...this.#defaults.keys()]
  }

  /** Classes that have a setting of their own. */
  get chosen(): string[] {
    return [...this.#settings.keys()]
  }

  /** A kind of sensor without a setting follows all readings. */
  days(name: string): RetentionDays {
    if (FIXED.has(name)) return null
    const set = this.#settings.get(name)
    return set === undefined ? this.withoutSetting(name) : set
  }

  /** What a class falls back to when its setting is taken back. */
  withoutSetting(name: string): RetentionDays {
    if (OF_KIND.test(name)) return this.days('readings')
    return this.#defaults.get(name) ?? null
  }

  /**
   * Throws `bad_params` with the names that can be set, also for the audit. A kind is known by the program or by a series that
   * has it.
   */
  check(name: string): void {
    if (FIXED.has(name))
      throw new LaresError('bad_params', `${name} is kept for ever and cannot be set`, {
        hint: 'The audit says who changed what. It is small; what grows can be set: lares retention show.',
      })
    if (this.#defaults.has(name)) return
    const kind = OF_KIND.exec(name)?.[1]
    const used = this.#db
      .prepare('SELECT DISTINCT sensor_type FROM reading_series ORDER BY 1')
      .pluck()
      .all() as string[]
    if (kind !== undefined && (SENSOR_KINDS.has(kind) || used.includes(kind))) return
    const kinds = [...new Set([...SENSOR_KINDS.keys(), ...used])].sort()
    const classes = this.names.filter((one) => !FIXED.has(one))
    const nearest = nearestName(name, [...classes, ...kinds.map((one) => `readings:${one}`)])
    const meant = nearest === null ? '' : `Did you mean ${nearest}? `
    const hint = `${meant}Classes: ${classes.join(', ')}, and readings:<kind> with one of ${kinds.join(', ')}.`
    throw new LaresError('bad_params', `there is no class ${name}`, { hint: cutText(hint, 500) })
  }
}

/** The rows of a declared class, behind `FROM`. */
export function declaredRows({ table, where = 'TRUE' }: RetentionClass): string {
  return `${table} WHERE (${where})`
}
