import { isDeepStrictEqual } from 'node:util'
import { CLOCK_STEP_MS, STATE_PUBLISH_MS, VOLATILE_FLUSH_MS } from '../../../shared/limits.ts'
import { type State, state as stateMessage } from '../../../shared/messages/state.ts'
import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import { stateText } from '../../../shared/state-text.ts'
import type { Context } from '../../engine/context.ts'
import { NewerStates } from './newer-states.ts'

/** The newest state of one entity. */
export interface LatestState {
  /** Key of its `device_entities` row. */
  entity: string
  device: string
  key: string
  state: State
}

interface Slot extends LatestState {
  /** Changed since it was written to the table. */
  unwritten: boolean
  /** Changed since it was published. */
  unpublished: boolean
  publishedAt: number
}

/**
 * The newest state of every entity, in memory: writing it with every reading would halve the intake.
 * It is published on change, at most once a second. A word, yes or no, and the first state of all are written to `device_entities`
 * with that, a number every two minutes, and all at stop.
 */
export class LatestStates {
  #slots = new Map<string, Slot>()
  #staged = new Map<string, LatestState>()
  #changed = new Set<Slot>()
  #writtenAt = 0
  #watched: ReadonlyMap<string, unknown> = new Map()
  #heard: (entity: string, state: State) => void = () => {}
  #shown: (device: string, key: string) => boolean
  #write: Statement
  #read: Statement

  /** `shown`: whether others may see the state of the entity. */
  constructor(db: Database, shown: (device: string, key: string) => boolean) {
    this.#shown = shown
    this.#write = db.prepare('UPDATE device_entities SET state = ?, attributes = ?, latest = ? WHERE id = ?')
    this.#read = db.prepare(
      'SELECT id AS entity, source, entity_type AS type, device_id AS device, key, attributes, latest FROM device_entities',
    )
  }

  /** Noted now, taken over when the batch is on disk. An older value never overwrites a newer one. */
  stage(value: LatestState, now: number): void {
    const known = this.of(value.entity)
    if (!known || follows(value.state, known, now)) this.#put(value)
  }

  /** Tells of each newer state of these entities, in place of those before. It may still come not to be stored. */
  watch(entities: ReadonlyMap<string, unknown>, heard: (entity: string, state: State) => void): void {
    this.#watched = entities
    this.#heard = heard
  }

  of(entity: string): State | undefined {
    return (this.#staged.get(entity) ?? this.#slots.get(entity))?.state
  }

  /** Before the commit: publishes what may be published now, and takes the values over once they are on disk. */
  flush(context: Context): void {
    for (const value of this.#staged.values()) {
      const slot = this.#slots.get(value.entity)
      const changed = !slot || slot.unpublished || !isSame(slot.state, value.state)
      const due = !slot || isDue(slot.publishedAt, STATE_PUBLISH_MS, context.now)
      const publish = changed && due && this.#shown(value.device, value.key)
      if (publish) this.#publish(context, value)
      const written = publish && this.#writeSoon(value)
      context.committed(() => this.#take(context.now, value, { published: publish, changed, written }))
    }
    this.#staged.clear()
  }

  /** Publishes what was held back and writes what is due. */
  tick(context: Context): void {
    for (const slot of this.#changed) {
      if (!slot.unpublished || !isDue(slot.publishedAt, STATE_PUBLISH_MS, context.now)) continue
      if (!this.#shown(slot.device, slot.key)) continue
      this.#publish(context, slot)
      const written = this.#writeSoon(slot)
      context.committed(() => {
        slot.publishedAt = context.now
        slot.unpublished = false
        if (written) slot.unwritten = false
      })
    }
    if (isDue(this.#writtenAt, VOLATILE_FLUSH_MS, context.now)) this.write(context)
  }

  /** Writes what changed to the table. */
  write(context: Context): void {
    const written = [...this.#changed].filter((slot) => slot.unwritten)
    for (const slot of written) this.#writeState(slot)
    context.committed(() => {
      for (const slot of written) slot.unwritten = false
      for (const slot of this.#changed) if (!slot.unwritten && !slot.unpublished) this.#changed.delete(slot)
      this.#writtenAt = context.now
    })
  }

  /** At start: what the table has, or readings that are newer, published again because the broker forgot it. */
  load(context: Context): void {
    const readings = new NewerStates(context.db, context.now)
    for (const { entity, device, key, source, type, ...row } of this.#read.all() as EntityRow[]) {
      if (!this.#shown(device, key)) continue
      const written = readState(row)
      // What cannot be read is left as it is, until a newer state comes.
      if (written === null && row.latest !== null) continue
      const state = readings.of({ id: entity, source, type }, written)
      if (state === null) continue
      const known = { entity, device, key, state }
      const unwritten = state !== written
      const slot = { ...known, unwritten, unpublished: false, publishedAt: context.now }
      this.#slots.set(entity, slot)
      if (unwritten) this.#changed.add(slot)
      this.#publish(context, known)
    }
    this.#writtenAt = context.now
  }

  /** The entity was gone or elsewhere, and its topic is empty: its next state is news, whatever it is. */
  drop(entity: string): void {
    const slot = this.#slots.get(entity)
    if (slot) this.#changed.delete(slot)
    this.#slots.delete(entity)
    this.#staged.delete(entity)
  }

  forgetStaged(): void {
    this.#staged.clear()
  }

  /**
   * A word, yes or no changes seldom, is an event anyway, and no reading tells it after a kill: it is written when it is shown. So is
   * the first state of all: who has just taken in a device wants to see that it works.
   */
  #writeSoon(value: LatestState): boolean {
    if (typeof value.state.value === 'number' && this.#slots.has(value.entity)) return false
    this.#writeState(value)
    return true
  }

  #writeState({ entity, state }: LatestState): void {
    const { attributes = {}, ...latest } = state
    this.#write.run(stateText(state), JSON.stringify(attributes), JSON.stringify(latest), entity)
  }

  #put(value: LatestState): void {
    this.#staged.set(value.entity, value)
    if (this.#watched.has(value.entity)) this.#heard(value.entity, value.state)
  }

  #take(now: number, value: LatestState, said: { published: boolean; changed: boolean; written: boolean }): void {
    const { published, changed, written } = said
    let slot = this.#slots.get(value.entity)
    if (!slot) {
      slot = { ...value, unwritten: true, unpublished: false, publishedAt: 0 }
      this.#slots.set(value.entity, slot)
    }
    if (!follows(value.state, slot.state, now)) return
    slot.state = value.state
    slot.unwritten = !written
    if (!published) slot.unpublished ||= changed
    else {
      slot.publishedAt = now
      slot.unpublished = false
    }
    this.#changed.add(slot)
  }

  #publish(context: Context, { device, key, state }: Omit<LatestState, 'entity'>): void {
    const topic = context.topics.build('state', { device, entity: key })
    context.effect({ kind: 'publish', topic, payload: JSON.stringify(state), qos: 1, retain: true })
  }
}

/** A value of a time that has not come was stored under a clock that was wrong then: whatever comes now is newer. */
function follows(next: State, before: State, now: number): boolean {
  return next.at >= before.at || before.at > now + CLOCK_STEP_MS
}

/** A clock that went back counts as due. */
function isDue(since: number, everyMs: number, now: number): boolean {
  return now < since || now - since >= everyMs
}

/** Whether two states look the same to whoever reads the topic, but for their times. */
function isSame(one: State, other: State): boolean {
  return (
    one.value === other.value &&
    one.available === other.available &&
    isDeepStrictEqual(one.attributes, other.attributes)
  )
}

/** `null`: there is none, or it was not written by this program, and says nothing to it. */
function readState({ latest, attributes }: Pick<EntityRow, 'latest' | 'attributes'>): State | null {
  if (latest === null) return null
  try {
    const known = JSON.parse(attributes) as object
    const own = Object.keys(known).length === 0 ? {} : { attributes: known }
    return stateMessage.schema.safeParse({ ...JSON.parse(latest), ...own }).data ?? null
  } catch {
    return null
  }
}

interface EntityRow extends Omit<LatestState, 'state'> {
  source: string
  type: string
  attributes: string
  latest: string | null
}
