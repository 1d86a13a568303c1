import type { Database } from '../../../shared/sqlite/open.ts'
import { durationWords } from '../../../shared/time-words.ts'
import { ruleKind } from './rule-kinds.ts'
import type { AlertRule, RuleTarget } from './rule-row.ts'

/** What a rule says, for people: `a value is above 28, until it is at 26; temperature; Kitchen; for 10 min`. */
export function ruleWords(db: Database, rule: AlertRule): string {
  const { on_at: onAt, off_at: offAt } = rule
  const until = offAt === null || offAt === onAt ? '' : `, until it is at ${offAt}`
  return [
    `${whenWords(rule)}${until}`,
    ...(rule.measures.length === 0 ? [] : [rule.measures.join(', ')]),
    ...aboutWords(db, rule),
    ...(rule.for_s === 0 ? [] : [`for ${durationWords(rule.for_s * 1_000)}`]),
  ].join('; ')
}

/** `a value is above 28`. */
export function whenWords({ kind, on_at: onAt, word }: Pick<AlertRule, 'kind' | 'on_at' | 'word'>): string {
  return ruleKind(kind)?.when(String(onAt ?? ''), word) ?? kind
}

const PLACES = [
  ['house_id', 'houses'],
  ['room_id', 'rooms'],
  ['group_id', 'device_groups'],
  ['device_id', 'devices'],
  ['entity_id', 'device_entities'],
] as const

function aboutWords(db: Database, rule: AlertRule): string[] {
  return PLACES.flatMap(([column, table]) => {
    const id = rule[column]
    if (id === null) return []
    const name = db.prepare(`SELECT name FROM ${table} WHERE id = ?`).pluck().get(id) as string | undefined
    return [name ?? id]
  })
}

/** As they are typed: `phone, mail:15`; all where there are none. */
export function targetWords(targets: readonly RuleTarget[]): string {
  if (targets.length === 0) return 'all'
  return targets.map(({ target, after_min: after }) => (after === 0 ? target : `${target}:${after}`)).join(', ')
}

/** `22:00-07:00`; `null` where no hours are quiet. */
export function quietWords({
  quiet_from: from,
  quiet_to: to,
}: Pick<AlertRule, 'quiet_from' | 'quiet_to'>): string | null {
  return from === null || to === null ? null : `${ofDay(from)}-${ofDay(to)}`
}

function ofDay(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}
