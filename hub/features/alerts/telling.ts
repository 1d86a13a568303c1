import type { Database } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import { enqueue } from '../jobs/enqueue.ts'
import { type AlertRow, readAlert } from './alert-row.ts'
import { dueTelling, type Telling } from './due-tellings.ts'
import { KNOWN_THEN } from './known-then.ts'
import { alertMessage, type ToldWay } from './message-job.ts'
import { composeMessage, type SaidAlert, worst } from './message-words.ts'
import { isQuiet } from './quiet-hours.ts'
import type { AlertRule, RuleTarget } from './rule-row.ts'
import { sayAlerts } from './say-alerts.ts'
import { type AlertTargets, isEnough } from './settings.ts'
import { targetProblem } from './target-problems.ts'

/** What comes within this is one message; a critical one waits less. */
const GATHER_MS = 10_000
const GATHER_CRITICAL_MS = 2_000
/** Between two messages to one target, where nothing critical is in it. */
const SPACING_MS = 60_000
/** Alerts of one message; others are in the next. */
const IN_MESSAGE = 500

interface StoredTelling extends Telling {
  alert_id: number
  target: string
  sending: string | null
}

interface Place {
  name: string
  timezone: string
}

/**
 * Tells each target what it does not know yet: what is open and it was not told, and what is over that it was told. So nothing is
 * told that came and went while it could not be, and nothing is lost with a hub that is killed. One message at a time is on its
 * way to a target; what comes meanwhile is together in the next.
 */
export class AlertTelling {
  #targets: AlertTargets
  /** Since when an alert has been open, by what the monotonic clock says since it is seen. */
  #seen = new Map<number, { occurrence: number; mono: number; elapsedMs: number }>()
  /** Since when there is something for a target. */
  #gathering = new Map<string, number>()
  #sentAt = new Map<string, number>()

  constructor(targets: AlertTargets) {
    this.#targets = targets
  }

  /** At start: what was on its way with a job that is no more is told anew. */
  resume({ db }: Pick<Context, 'db'>): void {
    db.prepare(
      "UPDATE alert_tellings SET sending = NULL, job = NULL WHERE sending IS NOT NULL AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = alert_tellings.job AND j.state IN ('waiting', 'running'))",
    ).run()
  }

  tell(context: Context, rules: ReadonlyMap<string, AlertRule>): void {
    const keys = Object.keys(this.#targets)
    if (keys.length === 0) return
    const alerts = untold(context.db)
    this.#forget(alerts)
    if (alerts.length === 0) {
      this.#gathering.clear()
      return
    }
    const tellings = tellingsOf(context.db)
    const places = placesOf(context.db)
    for (const key of keys) {
      const known = tellings.get(key) ?? new Map<number, StoredTelling>()
      if ([...known.values()].some(({ sending }) => sending !== null)) continue
      const due = alerts.flatMap((alert) =>
        this.#due(context, { alert, key, telling: known.get(alert.id), rule: rules.get(alert.rule), places }),
      )
      this.#tellTarget(context, key, due)
    }
  }

  #due(
    context: Context,
    about: { alert: AlertRow; key: string; telling: Telling | undefined; rule: AlertRule | undefined; places: Places },
  ): SaidAlert[] {
    const { alert, key, rule, places, telling = { told: null, told_at: null } } = about
    const { now } = context
    // It would hear of it when it is over.
    if (alert.subject === `problem:${targetProblem(key)}`) return []
    const step = this.#stepOf(alert, rule, key)
    // Who was told that it is wrong is told that it is over, whatever the rule says since.
    if (step === undefined && alert.is_open === 1) return []
    const place = places.of(alert.house_id)
    const what = dueTelling(alert, telling, {
      now,
      openMs: this.#openMs(context, alert),
      afterMs: (step?.after_min ?? 0) * 60_000,
      repeatMs: rule?.repeat_min == null ? null : rule.repeat_min * 60_000,
      isQuiet: rule !== undefined && isQuiet(rule, now, place.timezone),
    })
    if (what === null) return []
    return [{ what, alert, house: places.several ? place.name : null, zone: place.timezone }]
  }

  #stepOf({ severity }: AlertRow, rule: AlertRule | undefined, key: string): RuleTarget | undefined {
    const target = this.#targets[key]
    if (!rule || !target || !isEnough(target, severity)) return undefined
    if (rule.targets.length > 0) return rule.targets.find((step) => step.target === key)
    return target.default ? { target: key, after_min: 0 } : undefined
  }

  #tellTarget(context: Context, key: string, due: readonly SaidAlert[]): void {
    if (due.length === 0) {
      this.#gathering.delete(key)
      return
    }
    const mono = context.mono ?? context.now
    const since = this.#gathering.get(key) ?? mono
    this.#gathering.set(key, since)
    const isCritical =
      worst(due.filter(({ what }) => what !== 'ended').map(({ alert }) => alert.severity)) === 'critical'
    if (mono - since < (isCritical ? GATHER_CRITICAL_MS : GATHER_MS)) return
    if (!isCritical && mono - (this.#sentAt.get(key) ?? Number.NEGATIVE_INFINITY) < SPACING_MS) return
    const said = due.filter((_, at) => at < IN_MESSAGE)
    const target = this.#targets[key]
    if (target?.kind === 'speakers') sayAlerts(context, said, { key, target })
    else {
      const payload = composeMessage(said, { target: key, now: context.now })
      const job = enqueue(context, alertMessage, { key, payload })
      for (const { what, alert } of said) send(context.db, { alert: alert.id, target: key, what, job })
    }
    context.committed(() => {
      this.#gathering.delete(key)
      this.#sentAt.set(key, mono)
    })
  }

  #openMs(context: Context, { id, occurrence, raised_at }: AlertRow): number {
    const mono = context.mono ?? context.now
    const known = this.#seen.get(id)
    if (known?.occurrence === occurrence) return known.elapsedMs + mono - known.mono
    const elapsedMs = Math.max(0, context.now - raised_at)
    this.#seen.set(id, { occurrence, mono, elapsedMs })
    return elapsedMs
  }

  #forget(alerts: readonly AlertRow[]): void {
    const ids = new Set(alerts.map(({ id }) => id))
    for (const id of this.#seen.keys()) if (!ids.has(id)) this.#seen.delete(id)
  }
}

/** What is open, comes and goes, or is over and somebody was not told. */
function untold(db: Database): AlertRow[] {
  const rows = db
    .prepare(
      'SELECT * FROM alerts a WHERE a.is_open = 1 OR EXISTS (SELECT 1 FROM alert_tellings t WHERE t.alert_id = a.id ' +
        "AND (t.sending IS NOT NULL OR t.told IN ('raised', 'flapping', 'snoozed'))) ORDER BY a.id",
    )
    .all()
  return (rows as Parameters<typeof readAlert>[0][]).map(readAlert)
}

/** By target and alert. */
function tellingsOf(db: Database): Map<string, Map<number, StoredTelling>> {
  const rows = db
    .prepare('SELECT alert_id, target, told, told_at, sending FROM alert_tellings')
    .all() as StoredTelling[]
  const byTarget = Map.groupBy(rows, ({ target }) => target)
  return new Map([...byTarget].map(([target, all]) => [target, new Map(all.map((one) => [one.alert_id, one]))]))
}

function send(
  db: Database,
  { alert, target, what, job }: { alert: number; target: string; what: ToldWay; job: number },
) {
  db.prepare(
    'INSERT INTO alert_tellings (alert_id, target, sending, job) VALUES (?, ?, ?, ?) ' +
      'ON CONFLICT (alert_id, target) DO UPDATE SET sending = excluded.sending, job = excluded.job, is_given_up = 0',
  ).run(alert, target, KNOWN_THEN[what], job)
}

interface Places {
  several: boolean
  of(house: string | null): Place
}

/** The houses; what belongs to none is told by the clock of the first. */
function placesOf(db: Database): Places {
  const rows = db
    .prepare('SELECT id, name, timezone FROM houses WHERE removed_at IS NULL ORDER BY created_at, id')
    .all() as (Place & { id: string })[]
  const byId = new Map(rows.map((row) => [row.id, row]))
  const first: Place = rows[0] ?? { name: '', timezone: 'UTC' }
  return {
    several: rows.length > 1,
    of: (house) => (house === null ? { ...first, name: 'the hub' } : (byId.get(house) ?? first)),
  }
}
