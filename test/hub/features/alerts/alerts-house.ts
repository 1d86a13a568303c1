import type { LookedHub } from '../../../../hub/contract/looked-hub.ts'
import type { ClaimedJob, JobOutcome } from '../../../../hub/engine/job-step.ts'
import { type AlertMessage, alertMessage } from '../../../../hub/features/alerts/message-job.ts'
import { ask, commandInput, data } from '../../engine/ask.ts'
import { openTestHouse, reading, START, type TestHouse } from '../../engine/engine-in-memory.ts'

export const SECOND = 1_000
export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

/** Noon in Vienna, far from any quiet hour. */
export const NOON = START + 11 * HOUR

export const PHONE = { kind: 'ntfy', url: 'http://127.0.0.1:9', topic: 't', default: true, least: 'info' } as const

/** A house with targets of these names, told by nobody: a test takes what is on its way. */
export function alertsHouse(targets: Record<string, object> = { phone: PHONE }, now = NOON): AlertsHouse {
  const settings = { alerts: { targets } }
  const house = openTestHouse({ jobKinds: [alertMessage], settings, now })
  house.db.exec("UPDATE houses SET timezone = 'Europe/Vienna'")
  return new AlertsHouse(house)
}

export interface ToldMessage extends ClaimedJob {
  payload: AlertMessage
}

function steps(ms: number): number[] {
  const step = ms > HOUR ? 60 * SECOND : ms > 5 * MINUTE ? 10 * SECOND : ms >= MINUTE ? 5 * SECOND : SECOND
  return Array.from({ length: Math.ceil(ms / step) }, () => step)
}

/** Moves a house through time step by step, and takes its messages as the runner of jobs does. */
export class AlertsHouse {
  readonly house: TestHouse
  #seq = 0

  constructor(house: TestHouse) {
    this.house = house
  }

  /** A tick every second, as in a hub; over minutes fewer of them, which is the same to everything here. */
  pass(ms: number): void {
    for (const step of steps(ms)) this.house.tick(step)
  }

  online(...devices: string[]): void {
    for (const device of devices) this.house.send({ kind: 'presence', device, online: true, reason: 'connected' })
  }

  offline(...devices: string[]): void {
    for (const device of devices) this.house.send({ kind: 'presence', device, online: false, reason: 'lost' })
  }

  read(device: string, value: number, more: Record<string, unknown> = {}): void {
    this.#seq += 1
    this.house.send([`lares/${device}/readings`, reading(this.#seq, value, more)])
  }

  facts(more: Partial<LookedHub> = {}): void {
    const nothing = { problems: [], diskUsedShare: null, backupAt: null, certificateEndsAt: null }
    const facts = { ...nothing, centralBehindMs: null, cardUsedPercent: null, ...more }
    this.house.send({ kind: 'alert_facts', facts })
  }

  /** A rule with everything that it does not say left to its defaults. */
  rule(id: string, columns: Record<string, string | number | null>): void {
    const row = { id, name: id, for_s: 0, severity: 'warning', is_enabled: 1, created_at: 0, updated_at: 0, ...columns }
    const names = Object.keys(row)
    this.house.db
      .prepare(`INSERT INTO alert_rules (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`)
      .run(...Object.values(row))
    this.reread()
  }

  /** Rules were changed from outside: any command that changes something has them read again. */
  reread(): void {
    data(ask(this.house, commandInput('houses/update', { address: String(Math.random()) })))
  }

  only(...rules: string[]): void {
    this.house.db
      .prepare('DELETE FROM alert_rules WHERE id NOT IN (SELECT value FROM json_each(?))')
      .run(JSON.stringify(rules))
    this.reread()
  }

  open(): string[] {
    return this.house
      .all<{ says: string }>('SELECT says FROM alerts WHERE is_open = 1 ORDER BY says')
      .map(({ says }) => says)
  }

  /** What is on its way now, taken as the runner takes it. */
  claim(): ToldMessage[] {
    const claimed = this.house.input<ClaimedJob[]>({
      kind: 'job',
      change: { step: 'claim', most: 16, kinds: ['alert_message'], going: [] },
    })
    return claimed.value as ToldMessage[]
  }

  end({ job, run }: ClaimedJob, outcome: JobOutcome): void {
    this.house.input({ kind: 'job', change: { step: 'ended', job, run, outcome } })
  }

  /** Takes what is on its way, and says that it arrived. */
  arrive(): AlertMessage[] {
    const claimed = this.claim()
    for (const one of claimed) this.end(one, { is: 'done', value: undefined })
    return claimed.map(({ payload }) => payload)
  }

  /** Titles of what arrives within a time, in their order; of every target, or of one. */
  told(ms: number, target?: string): string[] {
    const titles: string[] = []
    for (const step of steps(ms)) {
      this.house.tick(step)
      for (const message of this.arrive())
        if (target === undefined || message.target === target) titles.push(message.title)
    }
    return titles
  }
}
