import type { Context } from '../../engine/context.ts'
import type { House } from '../../engine/house.ts'
import { RuleJudge } from './rule-judge.ts'
import { ALERT_SEVERITIES } from './rule-kinds.ts'
import type { RuleLooks } from './rule-looks.ts'
import { type AlertRule, alertRuleRows } from './rule-row.ts'
import { alertTargets } from './settings.ts'
import { TargetProblems } from './target-problems.ts'
import { AlertTelling } from './telling.ts'

/** Between two looks at what nothing tells of: devices in their table, and the hub. */
const LOOK_MS = 5_000
/** Between two looks of the telling: what it waits for are seconds. */
const TELL_MS = 2_000

/** What is looked at, judged and told, each in its time. */
export class AlertRounds {
  #db: House['db']
  #looks: RuleLooks
  #targets: ReturnType<typeof alertTargets>
  #judge = new RuleJudge()
  #telling: AlertTelling
  #problems = new TargetProblems()
  /** Those in force; `null`: to be read. */
  #rules: ReadonlyMap<string, AlertRule> | null = null
  #lookedAt = Number.NEGATIVE_INFINITY
  #toldAt = Number.NEGATIVE_INFINITY
  #figures = ''

  constructor({ db, settings }: Pick<House, 'db' | 'settings'>, looks: RuleLooks) {
    this.#db = db
    this.#looks = looks
    this.#targets = alertTargets(settings)
    this.#telling = new AlertTelling(this.#targets)
  }

  start(context: Context): void {
    this.#telling.resume(context)
  }

  tick(context: Context): void {
    const mono = context.mono ?? context.now
    this.#look(context, mono)
    if (mono - this.#toldAt < TELL_MS) return
    this.#telling.tell(context, this.#inForce(context))
    this.#tellFigures(context)
    context.committed(() => {
      this.#toldAt = mono
    })
  }

  /** Rules are others now, or a transaction was undone. */
  forget(): void {
    this.#rules = null
    this.#judge.forget()
    this.#problems.forget()
    this.#figures = ''
  }

  #inForce(context: Context): ReadonlyMap<string, AlertRule> {
    if (this.#rules) return this.#rules
    const rules = alertRuleRows(this.#db).filter(({ is_enabled }) => is_enabled === 1)
    this.#judge.keepRules(context, rules)
    this.#looks.follow(rules, context)
    this.#rules = new Map(rules.map((rule) => [rule.id, rule]))
    return this.#rules
  }

  #look(context: Context, mono: number): void {
    const isDue = mono - this.#lookedAt >= LOOK_MS
    const rules = [...this.#inForce(context).values()]
    for (const { rule, seen } of this.#looks.at(context, rules, { all: isDue })) this.#judge.judge(context, rule, seen)
    if (!isDue) return
    this.#judge.settleFlapping(context)
    this.#problems.tick(context, this.#targets, rules)
    context.committed(() => {
      this.#lookedAt = mono
    })
  }

  #tellFigures(context: Context): void {
    const rows = this.#db
      .prepare('SELECT severity, count(*) AS open FROM alerts WHERE is_open = 1 GROUP BY severity')
      .all() as { severity: string; open: number }[]
    const counts = new Map(rows.map(({ severity, open }) => [severity, open]))
    const open = Object.fromEntries(ALERT_SEVERITIES.map((severity) => [severity, counts.get(severity) ?? 0]))
    const now = JSON.stringify(open)
    if (now === this.#figures) return
    context.effect({ kind: 'alert_figures', open })
    context.committed(() => {
      this.#figures = now
    })
  }
}
