import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import type { ToldProblem } from '../../engine/health-problem.ts'
import type { InputOf } from '../../engine/input.ts'
import { bridgeOfSource, isOfBridge } from '../bridges/source-of-bridge.ts'
import { brokerOfSource } from './source-of-broker.ts'

interface Known {
  key: string
  dialect: string
}

interface AwaySource extends Known {
  reason: string | null
  since: number
  devices: number
}

/** A broker that restarts, or everything after a start of the hub, is nobody's trouble. */
const PASSING_MS = 300_000
/** What nobody mended by then is switched off on purpose: it is still named, and the hub is well. */
const ON_PURPOSE_MS = 7 * 86_400_000

/**
 * Tells the hub's health which brokers and bridges have been away for minutes, each once however many sources it is. A bridge that never
 * was there is not away.
 */
export class SourceProblems {
  #all: Statement
  #away: Statement
  /** Since when it is seen to be away, by the name of its problem. */
  #seen = new Map<string, number>()
  #told = new Map<string, string>()
  /** Sources whose broker is there and does not let us in. */
  #refusing = new Set<string>()

  constructor(db: Database) {
    this.#all = db.prepare('SELECT key, dialect FROM maker_sources')
    this.#away = db.prepare(
      'SELECT s.key, s.dialect, s.reason, s.since, (SELECT count(*) FROM maker_devices m WHERE m.source = s.key ' +
        "AND m.status = 'accepted' AND m.speaks = 1) AS devices FROM maker_sources s WHERE s.is_named = 1 AND s.is_online = 0 ORDER BY s.key",
    )
  }

  /** The engine begins: what the one before it told may be over. */
  begin(context: Pick<Context, 'effect'>): void {
    for (const source of this.#all.all() as Known[])
      context.effect({ kind: 'problem', name: nameOf(source), problem: null })
  }

  /** What was told may not have been kept: it is told again, or taken back. */
  forget(): void {
    for (const name of this.#told.keys()) this.#told.set(name, '')
  }

  heard({ source, refuses }: Pick<InputOf<'maker_source'>, 'source' | 'refuses'>): void {
    if (refuses) this.#refusing.add(source)
    else this.#refusing.delete(source)
  }

  tick(context: Pick<Context, 'effect' | 'now'>): void {
    const away = Map.groupBy(this.#away.all() as AwaySource[], nameOf)
    for (const name of this.#seen.keys()) if (!away.has(name)) this.#seen.delete(name)
    for (const [name, sources] of away) {
      const seen = this.#seen.get(name) ?? context.now
      this.#seen.set(name, seen)
      if (isOver(PASSING_MS, seen, context.now)) this.#tell(context, name, this.#problemOf(sources, context.now))
    }
    for (const name of this.#told.keys()) if (!this.#seen.has(name)) this.#tell(context, name, null)
  }

  #problemOf(sources: readonly AwaySource[], now: number): ToldProblem {
    const [first] = sources as [AwaySource]
    const devices = sources.reduce((sum, one) => sum + one.devices, 0)
    const lost = devices === 0 ? '' : ` (${devices} ${devices === 1 ? 'device' : 'devices'} with it)`
    const why = first.reason ?? 'it says nothing'
    if (sources.some(({ key }) => this.#refusing.has(key)))
      return {
        code: 'makers_broker_refuses',
        message: `the broker ${brokerOfSource(first)} cannot be used${lost}: ${why}`,
      }
    const isMissed = devices > 0 && !isOver(ON_PURPOSE_MS, first.since, now)
    const weight = isMissed ? 'attention' : 'note'
    return isOfBridge(first.key)
      ? {
          code: 'makers_bridge_away',
          message: `the bridge ${bridgeOfSource(first.key)} is away${lost}: ${why}`,
          weight,
        }
      : { code: 'makers_broker_away', message: `the broker ${brokerOfSource(first)} is away${lost}: ${why}`, weight }
  }

  #tell(context: Pick<Context, 'effect'>, name: string, problem: ToldProblem | null): void {
    const words = JSON.stringify(problem)
    if (this.#told.get(name) === words) return
    if (problem === null) this.#told.delete(name)
    else this.#told.set(name, words)
    context.effect({ kind: 'problem', name, problem })
  }
}

/** A bridge has one source, a broker one for each dialect. */
function nameOf(source: Known): string {
  return `makers_away:${isOfBridge(source.key) ? source.key : brokerOfSource(source)}`
}

/** A clock that went back counts as time that is over. */
function isOver(ms: number, since: number, now: number): boolean {
  return now - since >= ms || now < since
}
