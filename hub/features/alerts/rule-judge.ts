import type { Context } from '../../engine/context.ts'
import { type AlertRow, livingAlerts } from './alert-row.ts'
import { isBeyond } from './hysteresis.ts'
import type { Look, Observed } from './observed.ts'
import { endAlert, endFlapping, isSteady, raiseAlert } from './raising.ts'
import { ruleKind } from './rule-kinds.ts'
import type { AlertRule } from './rule-row.ts'

/** What is known of one thing between two looks, on the monotonic clock. */
interface Watch {
  isBeyond: boolean
  since: number
}

/**
 * Makes alerts of what rules see. How long something is so is counted in memory, on the monotonic clock: a clock that jumps
 * raises nothing, and a hub that starts waits as long again before it does. What is open stays open over a restart. A look
 * that changes nothing writes nothing.
 */
export class RuleJudge {
  #watches = new Map<string, Map<string, Watch>>()
  /** Open alerts and those that come and go, by rule and subject; `null`: not read yet. */
  #living: Map<string, Map<string, AlertRow>> | null = null

  /** What a rule sees now, against what was known of it. */
  judge(context: Context, rule: AlertRule, look: Look): void {
    if (look === null) return
    const watches = this.#watchesOf(rule.id)
    const seen = new Set<string>()
    for (const one of look) {
      seen.add(one.subject)
      this.#judgeOne(context, rule, { watches, one })
    }
    for (const alert of this.#openOf(context, rule.id)) if (!seen.has(alert.subject)) this.#absent(context, rule, alert)
    for (const subject of watches.keys())
      if (!seen.has(subject) && !this.#find(context, rule.id, subject)) watches.delete(subject)
  }

  /** Ends what rules raised that are not among these: nobody looks at it any more. */
  keepRules(context: Context, rules: readonly AlertRule[]): void {
    const ids = new Set(rules.map(({ id }) => id))
    for (const rule of this.#read(context).keys()) {
      if (ids.has(rule)) continue
      for (const alert of this.#openOf(context, rule))
        this.#end(context, alert, `its rule is not in force any more: ${alert.says}`)
    }
    for (const rule of this.#watches.keys()) if (!ids.has(rule)) this.#watches.delete(rule)
  }

  /** What came and went, and stays as it is now. */
  settleFlapping(context: Context): void {
    for (const ofRule of this.#read(context).values())
      for (const alert of ofRule.values())
        if (alert.flapping_since !== null && isSteady(alert, context.now)) {
          endFlapping(context, alert)
          this.#put(context, { ...alert, flapping_since: null, lately: [] })
        }
  }

  /** Rows are others now, or a transaction was undone. */
  forget(): void {
    this.#living = null
  }

  #judgeOne(context: Context, rule: AlertRule, { watches, one }: { watches: Map<string, Watch>; one: Observed }): void {
    const mono = context.mono ?? context.now
    const open = this.#find(context, rule.id, one.subject)
    const isOpen = open?.is_open === 1
    const known = watches.get(one.subject)
    const was = known?.isBeyond ?? isOpen
    const now = isBeyond(rule, one.value, was)
    const peaked = rule.for_s === 0 && one.peak !== undefined && isBeyond(rule, one.peak, false) === true
    if (now === null && !peaked) return
    const beyond = now === true || peaked
    const watch = known?.isBeyond === beyond ? known : { isBeyond: beyond, since: mono }
    watches.set(one.subject, watch)
    const lasts = Math.max(mono - watch.since, beyond ? (one.lastsMs ?? 0) : 0)
    if (!isOpen && beyond && lasts >= rule.for_s * 1_000) this.#raise(context, rule, one)
    else if (isOpen && !beyond) this.#endAfter(context, rule, { alert: open, lasts })
    else if (isOpen) this.#keepUp(context, rule, { alert: open, one })
  }

  /** Where it is, and how serious, may be otherwise by now. */
  #keepUp(context: Context, rule: AlertRule, { alert, one }: { alert: AlertRow; one: Observed }): void {
    const severity = one.severity ?? rule.severity
    if (alert.house_id === one.house && alert.severity === severity) return
    context.db.prepare('UPDATE alerts SET house_id = ?, severity = ? WHERE id = ?').run(one.house, severity, alert.id)
    this.#put(context, { ...alert, house_id: one.house, severity })
  }

  #absent(context: Context, rule: AlertRule, alert: AlertRow): void {
    if (!ruleKind(rule.kind)?.isOverWhenAbsent) {
      this.#end(context, alert, `it is not watched any more: ${alert.says}`)
      return
    }
    const mono = context.mono ?? context.now
    const watches = this.#watchesOf(rule.id)
    const known = watches.get(alert.subject)
    const watch = known?.isBeyond === false ? known : { isBeyond: false, since: mono }
    watches.set(alert.subject, watch)
    this.#endAfter(context, rule, { alert, lasts: mono - watch.since })
  }

  /** What is over for a moment is not over. */
  #endAfter(context: Context, rule: AlertRule, { alert, lasts }: { alert: AlertRow; lasts: number }): void {
    const kind = ruleKind(rule.kind)
    if (lasts >= (kind?.clearS ?? 0) * 1_000)
      this.#end(context, alert, kind?.over?.(alert.name) ?? `over: ${alert.says}`)
  }

  /** Taken over at once: where the transaction is undone, everything is read again. */
  #raise(context: Context, rule: AlertRule, one: Observed): void {
    this.#put(context, raiseAlert(context, rule, one))
  }

  #end(context: Context, alert: AlertRow, by: string): void {
    endAlert(context, alert, by)
    this.#put(context, { ...alert, is_open: 0, ended_at: context.now, ended_says: by })
  }

  #put(context: Context, alert: AlertRow): void {
    const living = this.#read(context)
    const ofRule = living.get(alert.rule) ?? new Map<string, AlertRow>()
    if (alert.is_open === 1 || alert.flapping_since !== null) ofRule.set(alert.subject, alert)
    else ofRule.delete(alert.subject)
    living.set(alert.rule, ofRule)
  }

  #watchesOf(rule: string): Map<string, Watch> {
    const known = this.#watches.get(rule) ?? new Map<string, Watch>()
    this.#watches.set(rule, known)
    return known
  }

  #openOf(context: Pick<Context, 'db'>, rule: string): AlertRow[] {
    return [...(this.#read(context).get(rule)?.values() ?? [])].filter(({ is_open }) => is_open === 1)
  }

  #find(context: Pick<Context, 'db'>, rule: string, subject: string): AlertRow | undefined {
    return this.#read(context).get(rule)?.get(subject)
  }

  #read({ db }: Pick<Context, 'db'>): Map<string, Map<string, AlertRow>> {
    if (this.#living) return this.#living
    const living = new Map<string, Map<string, AlertRow>>()
    for (const alert of livingAlerts(db)) {
      const ofRule = living.get(alert.rule) ?? new Map<string, AlertRow>()
      ofRule.set(alert.subject, alert)
      living.set(alert.rule, ofRule)
    }
    this.#living = living
    return living
  }
}
