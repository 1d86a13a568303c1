import type { Database } from '../../../shared/sqlite/open.ts'
import { durationWords } from '../../../shared/time-words.ts'
import type { LookedHub } from '../../contract/looked-hub.ts'
import type { WrittenByCause } from '../../engine/write-book.ts'
import { PACE_DAYS, paceOf } from '../wear/pace.ts'
import { total } from '../wear/wear-words.ts'
import { dayOf, type WrittenDay } from '../wear/written-days.ts'
import type { Look, Observed } from './observed.ts'
import type { AlertRule } from './rule-row.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const GB = 1e9

/** Where looks at the hub look. */
export interface HubSight {
  db: Database
  now: number
  /** `null`: the front has not said anything lately. */
  facts: LookedHub | null
  /** Logins that were refused in the last hour, by the device that they named. */
  refusedLogins: (now: number) => ReadonlyMap<string, number>
}

type HubLook = (place: HubSight, rule: AlertRule) => Look

/** What rules about the hub see. */
export const HUB_LOOKS = {
  hub_problem({ facts }, { word }) {
    if (facts === null) return null
    return facts.problems
      .filter(({ code, weight }) => (word === null ? weight !== 'note' : code === word))
      .map(({ name, message, weight }) => ({
        ...ofHub(`problem:${name}`, "the hub's health"),
        ...{ value: true, says: message },
        ...(weight === 'serious' ? { severity: 'critical' as const } : {}),
      }))
  },

  hub_disk: ({ facts }) =>
    measured(
      'disk',
      "the hub's disk",
      facts && scaled(facts.diskUsedShare, 100),
      (used) => `the hub's disk is ${Math.round(used)} % full`,
    ),

  hub_wear({ db, now }) {
    const bytes = bytesADay(db, now)
    return measured(
      'wear',
      "the hub's card",
      bytes === null ? null : bytes / GB,
      (gigabytes) => `the hub writes ${gigabytes.toFixed(1)} GB a day to its card; lares hub wear says for what`,
    )
  },

  card_used: ({ facts }) =>
    measured(
      'card',
      "the hub's card",
      facts?.cardUsedPercent ?? null,
      (used) => `the hub's card says that ${used} % of its life are used`,
    ),

  central_behind: ({ facts }) =>
    measured(
      'central',
      'central',
      facts && scaled(facts.centralBehindMs, 1 / 60_000),
      (minutes) => `central lacks what is up to ${durationWords(Math.round(minutes) * 60_000)} old`,
    ),

  backup_old: ({ facts, now }) =>
    measured(
      'backup',
      'the backups',
      facts && age(facts.backupAt, now, HOUR_MS),
      (hours) => `the newest backup is ${durationWords(Math.round(hours) * HOUR_MS)} old`,
    ),

  certificate_ends: ({ facts, now }) =>
    measured('certificate', "the hub's certificate", facts && age(facts.certificateEndsAt, now, -DAY_MS), (days) =>
      days < 0 ? "the hub's certificate has ended" : `the hub's certificate ends in ${Math.floor(days)} days`,
    ),

  failed_logins({ refusedLogins, now }) {
    const counts = [...refusedLogins(now)]
    const [most] = counts.filter(([device]) => device !== '').sort(([, a], [, b]) => b - a)
    const sum = counts.reduce((all, [, count]) => all + count, 0)
    const whose = most && most[1] > sum / 2 ? `, most of them as ${most[0]}` : ''
    return measured('logins', 'logins', sum, (count) => `${count} logins were refused in the last hour${whose}`)
  },
} as const satisfies Record<string, HubLook>

function ofHub(subject: string, name: string): Pick<Observed, 'subject' | 'name' | 'house' | 'device' | 'entity'> {
  return { subject, name, house: null, device: null, entity: null }
}

function measured(subject: string, name: string, value: number | null, words: (value: number) => string): Observed[] {
  return [{ ...ofHub(subject, name), value, says: words(value ?? 0) }]
}

function scaled(value: number | null, by: number): number | null {
  return value === null ? null : value * by
}

/** How long ago, in this unit; a clock that went back makes nothing old. */
function age(at: number | null, now: number, unit: number): number | null {
  return at === null ? null : (now - at) / unit
}

/** `null`: not a whole day was counted yet, which says nothing. */
function bytesADay(db: Database, now: number): number | null {
  const today = dayOf(now)
  const rows = db
    .prepare('SELECT id, began_at, written_at, written FROM wear_days WHERE id BETWEEN ? AND ?')
    .all(today - PACE_DAYS - 1, today) as (Omit<WrittenDay, 'written'> & { written: string })[]
  const days = rows.map((row) => ({ ...row, written: JSON.parse(row.written) as WrittenByCause }))
  const pace = paceOf(days, today)
  return pace === null || pace.days === 0 ? null : total(pace.aDay).bytes
}
