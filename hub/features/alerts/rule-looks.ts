import type { State } from '../../../shared/messages/state.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { LookedHub } from '../../contract/looked-hub.ts'
import type { Context } from '../../engine/context.ts'
import type { LatestStates } from '../telemetry/latest.ts'
import { DEVICE_LOOKS, type DeviceSight } from './device-looks.ts'
import { ENTITY_LOOKS, stateWordsOf } from './entity-looks.ts'
import { HeardEntities } from './heard-entities.ts'
import { HUB_LOOKS, type HubSight } from './hub-looks.ts'
import type { Look } from './observed.ts'
import type { AlertRule } from './rule-row.ts'
import { type WatchedEntity, watchedEntities } from './watched-entities.ts'

/** A front that has said nothing for so long may not be there. */
const FACTS_MS = 5 * 60_000
/** Entities come and go: nothing tells of it. */
const FOLLOW_MS = 60_000

interface LooksParts extends Pick<DeviceSight, 'heartbeat' | 'refused'>, Pick<HubSight, 'refusedLogins'> {
  db: Database
  latest: Pick<LatestStates, 'of' | 'watch'>
}

type LookMoment = Pick<Context, 'now' | 'mono'>

/** Looks at what rules are about. Readings that no rule watches cost nothing, the others one note each. */
export class RuleLooks {
  #parts: LooksParts
  #heard = new HeardEntities()
  /** By rule. */
  #entities = new Map<string, readonly WatchedEntity[]>()
  #byId = new Map<string, WatchedEntity>()
  #rules: readonly AlertRule[] = []
  #followedAt = Number.NEGATIVE_INFINITY
  #isNew = false
  /** The monotonic clock of the last tick: what is stored between two was heard about then. */
  #mono = 0
  facts: { facts: LookedHub; mono: number } | null = null

  constructor(parts: LooksParts) {
    this.#parts = parts
  }

  /** These rules are in force: what they watch is heard from now on. */
  follow(rules: readonly AlertRule[], { now, mono }: LookMoment): void {
    const { db, latest } = this.#parts
    this.#rules = rules
    this.#followedAt = mono ?? now
    this.#entities = new Map(
      rules.filter(({ kind }) => isEntityKind(kind)).map((rule) => [rule.id, watchedEntities(db, rule)]),
    )
    this.#byId = new Map([...this.#entities.values()].flat().map((entity) => [entity.id, entity]))
    for (const id of this.#byId.keys()) if (!this.#heard.has(id)) this.#begin(id, { now, mono })
    this.#heard.keep(new Set(this.#byId.keys()))
    latest.watch(this.#byId, (entity, state) => this.#note(entity, state))
  }

  /** What rules see now. `all`: also those of which nothing tells that there is something new. */
  *at(
    context: Context,
    rules: readonly AlertRule[],
    { all }: { all: boolean },
  ): Generator<{ rule: AlertRule; seen: Look }> {
    this.#mono = context.mono ?? context.now
    if (all && this.#mono - this.#followedAt >= FOLLOW_MS) this.follow(this.#rules, context)
    for (const rule of rules) {
      const isEntity = isEntityKind(rule.kind)
      if (all || (isEntity && this.#isNew)) yield { rule, seen: this.#look(context, rule) }
    }
    this.#heard.looked()
    this.#isNew = false
  }

  /** What was noted of readings is on the disk. */
  stored(): void {
    if (this.#heard.stored(this.#mono)) this.#isNew = true
  }

  forget(): void {
    this.#heard.undone()
  }

  #begin(entity: string, { now, mono }: LookMoment): void {
    const state = this.#parts.latest.of(entity)
    const ageMs = state === undefined ? 0 : Math.max(0, now - state.at)
    this.#heard.watch(entity, { mono: mono ?? now, ageMs, value: state?.value })
  }

  #note(id: string, state: State): void {
    const entity = this.#byId.get(id)
    if (!entity) return
    this.#heard.note({ entity: id, value: state.value, words: stateWordsOf(entity, state), isGood: state.quality > 0 })
  }

  #look({ db, now, mono }: Context, rule: AlertRule): Look {
    const { heartbeat, refused, refusedLogins, latest } = this.#parts
    const { kind } = rule
    if (isKindOf(DEVICE_LOOKS, kind)) return DEVICE_LOOKS[kind]({ db, now, heartbeat, refused }, rule)
    if (isKindOf(HUB_LOOKS, kind))
      return HUB_LOOKS[kind]({ db, now, facts: this.#factsNow(mono ?? now), refusedLogins }, rule)
    if (!isKindOf(ENTITY_LOOKS, kind)) return null
    const place = {
      mono: mono ?? now,
      entities: this.#entities.get(rule.id) ?? [],
      state: (entity: string) => latest.of(entity),
      heard: (entity: string) => this.#heard.of(entity),
    }
    return ENTITY_LOOKS[kind](place, rule)
  }

  #factsNow(mono: number): LookedHub | null {
    return this.facts !== null && mono - this.facts.mono < FACTS_MS ? this.facts.facts : null
  }
}

function isKindOf<T extends object>(looks: T, kind: string): kind is keyof T & string {
  return Object.hasOwn(looks, kind)
}

function isEntityKind(kind: string): boolean {
  return isKindOf(ENTITY_LOOKS, kind)
}
