import { cleanText } from '../../../shared/clean-text.ts'
import { describeIssues } from '../../../shared/codec.ts'
import { cutText } from '../../../shared/cut-text.ts'
import { LaresError } from '../../../shared/errors.ts'
import { CLOCK_STEP_MS } from '../../../shared/limits.ts'
import { wordsObject } from '../../../shared/messages/fields.ts'
import type { State } from '../../../shared/messages/state.ts'
import { isPossible } from '../../../shared/sensor-range.ts'
import { stateText } from '../../../shared/state-text.ts'
import type { Context } from '../../engine/context.ts'
import type { PartlyRefused } from '../../engine/feature.ts'
import type { Directory } from '../devices/directory.ts'
import type { Entity } from '../devices/entity.ts'
import type { SignsOfLife } from '../devices/signs-of-life.ts'
import type { LatestStates } from './latest.ts'
import { readingMetadata } from './reading-metadata.ts'
import type { ReadingWriter } from './reading-writer.ts'
import type { SeriesIndex } from './series.ts'

/** What a bridge or connection says of an entity. */
export interface Observation {
  /** A number in the entity's unit, a word, true or false; `null`: not known. */
  state: number | string | boolean | null
  /** Whether the entity can be reached. Default true; without it nothing is known. */
  available?: boolean
  /** What belongs to the state, as its source names it. Default none. */
  attributes?: Record<string, unknown>
  /** When it became so, by the clock of its source, milliseconds since 1970 UTC. */
  at: number
}

/** What an observation comes to as a reading. */
interface Measured {
  value: number
  time: number
  metadata: string | null
  possible: boolean
  /** Whether it may have been said before. */
  mayRepeat: boolean
}

/** As long as a state may be in the house's documents, and in Home Assistant. */
const STATE_LENGTH = 255

export interface ObservationsParts {
  latest: LatestStates
  series: SeriesIndex
  writer: ReadingWriter
  directory: Directory
  signs: SignsOfLife
}

/**
 * Takes the states of entities that do not speak for themselves. Numbers (and true and false) of what measures something
 * become readings; every other change of state becomes an event, of what measures too when nobody knows its state any more.
 */
export class Observations {
  #parts: ObservationsParts

  constructor(parts: ObservationsParts) {
    this.#parts = parts
  }

  /**
   * Keeps a state, and shows it unless a newer one is known; of what is gone it keeps the history alone. The same number of
   * the same moment again changes nothing, however late; of other states only the newest is compared, so that a late one that
   * comes again is told again. Returns what was left out of it: attributes that are too much. Throws
   * `not_found` when the device is unknown or was revoked, and `bad_value` for a number that is not finite.
   */
  take(context: Context, entity: Entity, observation: Observation): PartlyRefused | undefined {
    const { directory, signs, latest } = this.#parts
    const house = directory.find(entity.device)?.house
    if (house === undefined) throw new LaresError('not_found', `there is no device ${entity.device}`)
    const { attributes, refused } = readAttributes(entity, observation)
    const { time, ...when } = timeOf(observation.at, context.now)
    const { value, available = true } = readState(observation)
    const number = entity.kind === null || typeof value === 'string' || value === null ? null : Number(value)
    const possible = number === null || entity.kind === null || isPossible(entity.kind, entity.unit, number)
    const state: State = {
      ...{ value, unit: entity.unit, at: time, quality: possible ? 1 : 0, time_quality: when.quality },
      ...(available ? {} : { available }),
      ...(attributes === undefined ? {} : { attributes }),
    }
    const before = latest.of(entity.id)
    if (number !== null)
      this.#measured(context, entity, {
        ...{ value: number, time, metadata: readingMetadata(when, possible), possible },
        // What is newer than all that is known was never said before, and is not looked for.
        mayRepeat: before === undefined || time <= before.at,
      })
    else tellChange(context, entity, { house, before, state })
    signs.seen(entity.device, context.now)
    if (entity.enabled) latest.stage({ entity: entity.id, device: entity.device, key: entity.key, state }, context.now)
    return refused
  }

  #measured(
    context: Context,
    { id, device, key, kind, unit }: Entity,
    { value, time, metadata, possible, mayRepeat }: Measured,
  ): void {
    const { series: index, writer } = this.#parts
    const series = index.id(context, { device, sensor: key }, { id, kind: kind ?? 'number', unit })
    if (mayRepeat && writer.has({ series, time, value })) return
    writer.add({
      device,
      series,
      value,
      time,
      metadata,
      received: context.now,
      quality: possible ? null : 0,
      mark: null,
    })
  }
}

/** A word that changed. What comes late was no change from what is known by now. */
function tellChange(
  context: Context,
  entity: Entity,
  { house, before, state }: { house: string; before: State | undefined; state: State },
): void {
  const words = stateText(state)
  const isLate = before !== undefined && before.at > state.at
  if (before && !isLate && stateText(before) === words) return
  context.addEvent({
    type: 'state_changed',
    device: entity.device,
    house,
    entity: entity.id,
    source: 'device',
    // Whoever wants to hear of states reads their topics.
    isNews: false,
    timestamp: state.at,
    description: cutText(`${entity.name}: ${words}`, 500),
    data: {
      entity_id: entity.entityId,
      ...(state.time_quality === 'good' ? {} : { time_quality: state.time_quality }),
    },
    newState: words,
    ...(before && !isLate ? { oldState: stateText(before) } : {}),
    ...(state.attributes === undefined ? {} : { attributes: state.attributes }),
  })
}

function readState({ state, available = true }: Observation): Pick<State, 'value' | 'available'> {
  if (!available) return { value: null, available }
  if (typeof state === 'number' && !Number.isFinite(state))
    throw new LaresError('bad_value', 'the state is no finite number')
  return { value: typeof state === 'string' ? cutText(cleanText(state), STATE_LENGTH) : state }
}

function readAttributes(
  { entityId }: Entity,
  { attributes = {} }: Observation,
): { attributes?: State['attributes']; refused?: PartlyRefused } {
  if (Object.keys(attributes).length === 0) return {}
  const read = wordsObject.safeParse(attributes)
  if (read.success) return { attributes: read.data }
  const reason = `the attributes of ${entityId} are left out: ${describeIssues(read.error)}`
  return { refused: { code: 'bad_message', reason } }
}

/** A time that has not come, and what is none, is that of receipt. */
function timeOf(at: number, now: number): { time: number; quality: 'good' | 'corrected'; original?: number } {
  if (Number.isSafeInteger(at) && at >= 0 && at <= now + CLOCK_STEP_MS) return { time: at, quality: 'good' }
  return { time: now, quality: 'corrected', ...(Number.isSafeInteger(at) ? { original: at } : {}) }
}
