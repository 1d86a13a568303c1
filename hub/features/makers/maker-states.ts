import { cleanText } from '../../../shared/clean-text.ts'
import { cutText } from '../../../shared/cut-text.ts'
import { LaresError } from '../../../shared/errors.ts'
import { CLOCK_STEP_MS, EVENT_FRESH_MS } from '../../../shared/limits.ts'
import { wordsObject } from '../../../shared/messages/fields.ts'
import { stateText } from '../../../shared/state-text.ts'
import type { Context } from '../../engine/context.ts'
import type { InputOf } from '../../engine/input.ts'
import type { OutsideOrders } from '../control/outside-orders.ts'
import type { Directory } from '../devices/directory.ts'
import type { Entities } from '../devices/entities.ts'
import type { Entity } from '../devices/entity.ts'
import type { SignsOfLife } from '../devices/signs-of-life.ts'
import { passOn } from '../events/pass-on.ts'
import type { LatestStates } from '../telemetry/latest.ts'
import type { Observations } from '../telemetry/observations.ts'
import type { MakerReach } from './maker-reach.ts'
import type { MakerRows, SpeakingRow } from './maker-rows.ts'
import type { MakerSources } from './maker-sources.ts'

export interface MakerStatesParts {
  rows: MakerRows
  sources: MakerSources
  reach: MakerReach
  entities: Entities
  observations: Observations
  latest: LatestStates
  directory: Directory
  signs: SignsOfLife
  orders: OutsideOrders
}

type SaidState = InputOf<'maker_states'>['states'][number]

/** As long as a state may be. */
const STATE_LENGTH = 255

/** Takes what accepted devices say. What nobody was asked for is dropped and counted, and one that cannot be taken is dropped alone. */
export class MakerStates {
  #parts: MakerStatesParts

  constructor(parts: MakerStatesParts) {
    this.#parts = parts
  }

  /** Returns how many were dropped. */
  take(context: Context, { source, states, dropped: tooFast = 0 }: InputOf<'maker_states'>): number {
    const { sources, reach } = this.#parts
    const speaking = new Map<string, SpeakingRow | undefined>()
    let dropped = tooFast
    for (const said of states) {
      const entity = this.#parts.entities.identified(source, said.uniqueId)
      const row = entity && this.#speaking(speaking, entity)
      if (!entity?.enabled || !row || !this.#takeOne(context, entity, said)) dropped += 1
      else reach.seen(context, row)
    }
    sources.dropped(source, dropped)
    return dropped
  }

  #speaking(known: Map<string, SpeakingRow | undefined>, { device }: Entity): SpeakingRow | undefined {
    if (!known.has(device)) {
      const row = this.#parts.rows.speakerOf(device)
      known.set(device, row?.status === 'accepted' ? row : undefined)
    }
    return known.get(device)
  }

  /** Says whether it was taken. */
  #takeOne(context: Context, entity: Entity, said: SaidState): boolean {
    const { observations, latest, orders } = this.#parts
    const before = latest.of(entity.id)
    const { state = before?.value ?? null, attributes, at = timeOf(context, said, before), isEvent } = said
    if (state !== null && !['number', 'string', 'boolean'].includes(typeof state)) return false
    if (isEvent) return this.#happened(context, entity, { state, attributes, at })
    try {
      observations.take(context, entity, { state, at, ...(attributes === undefined ? {} : { attributes }) })
      orders.seen(context, entity)
      return true
    } catch (error) {
      if (!(error instanceof LaresError)) throw error
      return false
    }
  }

  /** A button was pressed: an event, each time, and no state that somebody would find later. */
  #happened(
    context: Context,
    entity: Entity,
    { state, attributes = {}, at }: { state: number | string | boolean | null; attributes?: unknown; at: number },
  ): boolean {
    const { directory, signs } = this.#parts
    const house = directory.find(entity.device)?.house
    if (house === undefined) return false
    const { now } = context
    const words = cutText(cleanText(stateText({ value: state })), STATE_LENGTH)
    const time = Number.isSafeInteger(at) && at >= 0 && at <= now ? at : now
    const age = now - time
    const isNews = age <= EVENT_FRESH_MS
    const description = cutText(`${entity.name}: ${words}`, 500)
    const data = wordsObject.safeParse(attributes).data ?? {}
    context.addEvent({
      ...{ type: 'entity_event', device: entity.device, house, entity: entity.id, source: 'device' },
      ...{ isNews, timestamp: time, description, newState: words },
      data: { entity_id: entity.entityId },
      attributes: data,
    })
    signs.seen(entity.device, now)
    // What happened long ago presses no button again.
    if (!isNews) return true
    const message = { type: 'entity_event', description, sensor: entity.key, new_state: words, data }
    passOn(context, entity.device, { message, at: time, severity: 'info', age, qos: 0 })
    return true
  }
}

/**
 * When it was heard: what is said in one batch was said at moments of its own, or it would have to be looked for whether it was said
 * before. What follows is never before what it follows, however long a batch waited for the engine.
 */
function timeOf({ now, mono }: Context, { heard }: SaidState, before: { at: number } | undefined): number {
  if (heard === undefined || mono === null) return now
  const at = now - Math.max(0, Math.round(mono - heard))
  return before !== undefined && before.at >= at && before.at < now + CLOCK_STEP_MS ? before.at + 1 : at
}
