import type { State } from '../../../shared/messages/state.ts'
import { stateText } from '../../../shared/state-text.ts'
import { durationWords } from '../../../shared/time-words.ts'
import type { HeardEntity } from './heard-entities.ts'
import type { Look, Observed } from './observed.ts'
import type { AlertRule } from './rule-row.ts'
import type { WatchedEntity } from './watched-entities.ts'

/** Where looks at entities look. */
export interface EntitySight {
  mono: number
  /** Those that the rule is about. */
  entities: readonly WatchedEntity[]
  state: (entity: string) => State | undefined
  heard: (entity: string) => HeardEntity | undefined
}

type EntityLook = (place: EntitySight, rule: AlertRule) => Look

/** After a start, devices need a while until they have said something. */
const SETTLING_MS = 600_000
/** Entities whose readings are of true and false. */
const TRUE_OR_FALSE: ReadonlySet<string> = new Set(['binary_sensor', 'switch', 'light', 'lock', 'fan', 'siren'])

/** What rules about entities see. */
export const ENTITY_LOOKS = {
  entity_above: (place, rule) => numbers(place, rule, 'above'),
  entity_below: (place, rule) => numbers(place, rule, 'below'),

  entity_state({ entities, state, heard }, { word }) {
    const wanted = (word ?? '').toLowerCase()
    return entities.map((entity) => {
      const known = state(entity.id)
      const words = known === undefined ? null : stateWordsOf(entity, known)
      const seen = [...(heard(entity.id)?.words ?? [])].some((one) => one.toLowerCase() === wanted)
      return {
        ...about(entity),
        value: words === null ? null : words.toLowerCase() === wanted,
        ...(seen ? { peak: true } : {}),
        says: `${entity.name} is ${wanted}`,
      }
    })
  },

  entity_silent: ({ entities, heard, mono }, { for_s }) =>
    entities.map((entity) => {
      const known = heard(entity.id)
      const settled = known !== undefined && mono - known.since >= Math.min(SETTLING_MS, for_s * 1_000)
      const says = `${entity.name} has given no value for ${durationWords(for_s * 1_000)}`
      return { ...about(entity), ...lasting(settled ? mono - known.heardAt : null, for_s), says }
    }),

  entity_same: ({ entities, heard, mono }, { for_s }) =>
    entities.map((entity) => {
      const known = heard(entity.id)
      const isNumber = typeof known?.last === 'number'
      const says = `${entity.name} has been exactly ${String(known?.last)} for ${durationWords(for_s * 1_000)}`
      return { ...about(entity), ...lasting(known && isNumber ? mono - known.changedAt : null, for_s), says }
    }),
} as const satisfies Record<string, EntityLook>

/** A state in the words by which rules know it. */
export function stateWordsOf({ type }: Pick<WatchedEntity, 'type'>, state: Pick<State, 'value' | 'available'>): string {
  const { value } = state
  // Agents say true and false in numbers.
  return typeof value === 'number' && TRUE_OR_FALSE.has(type) ? stateText({ value: value !== 0 }) : stateText(state)
}

function about({ id, name, house, device }: WatchedEntity): Omit<Observed, 'value' | 'says'> {
  return { subject: id, name, house, device, entity: id }
}

function lasting(ms: number | null, forS: number): Pick<Observed, 'value' | 'lastsMs'> {
  return ms === null ? { value: null } : { value: ms >= forS * 1_000, lastsMs: ms }
}

function numbers({ entities, state, heard }: EntitySight, { on_at }: AlertRule, way: 'above' | 'below'): Observed[] {
  return entities.map((entity) => {
    const known = state(entity.id)
    // What no such sensor can measure is a fault of the sensor, and is told as such.
    const isGood = typeof known?.value === 'number' && known.quality > 0
    const value = isGood ? (known.value as number) : null
    const peak = heard(entity.id)?.[way === 'above' ? 'most' : 'least'] ?? null
    const unit = known?.unit || entity.unit
    const worst =
      way === 'above' ? Math.max(value ?? -Infinity, peak ?? -Infinity) : Math.min(value ?? Infinity, peak ?? Infinity)
    return {
      ...about(entity),
      value,
      ...(peak === null ? {} : { peak }),
      says: `${entity.name} is ${quantity(worst, unit)}, ${way} ${quantity(on_at ?? 0, unit)}`,
    }
  })
}

function quantity(value: number, unit: string): string {
  const number = Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)))
  return unit === '' ? number : `${number} ${unit}`
}
