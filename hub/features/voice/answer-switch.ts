import { LaresError } from '../../../shared/errors.ts'
import type { ToldEntity } from '../control/named-entity.ts'
import { toldEntities } from '../control/named-entity.ts'
import { orderEntity } from '../control/order-entity.ts'
import { type Answer, nearest, numberSlot, placeSlot, thingsSlot, type VoiceAsked } from './asked.ts'
import { isByVoice, type VoiceOrder } from './by-voice.ts'

/** What is switched when a device is named: the first of these that it has. */
const MAIN = ['light', 'switch', 'fan', 'cover', 'climate', 'humidifier', 'media_player']

/** What goes off when everything is to. */
const EVERYTHING = new Set(['light', 'switch', 'fan', 'media_player'])

/** An entity that can be told something, with the room of its device. */
type Target = ToldEntity & { room: string | null }

export function answerSwitchOn(asked: VoiceAsked): Answer {
  return switched(asked, true)
}

export function answerSwitchOff(asked: VoiceAsked): Answer {
  return switched(asked, false)
}

export function answerSetLevel(asked: VoiceAsked): Answer {
  const { words } = asked
  const value = numberSlot(asked, 'number') ?? 0
  const found = wanted(asked, 'level')
  if (typeof found === 'string') return { text: found }
  const isWarmth = found.every(({ type }) => type === 'climate')
  const what = ({ type }: Target) => (type === 'climate' ? value : `${value}%`)
  return told(asked, found, what, (names) => words.level(names, value, isWarmth ? '°C' : '%'))
}

function switched(asked: VoiceAsked, on: boolean): Answer {
  const { words } = asked
  const found = wanted(asked, on ? 'on' : 'off')
  if (typeof found === 'string') return { text: found }
  const isCover = found.every(({ type }) => type === 'cover')
  return told(
    asked,
    found,
    (target) => orderOf(target, on),
    (names) => (isCover ? words.opened(names, on) : words.switched(names, on)),
  )
}

function orderOf({ type }: Target, on: boolean): VoiceOrder {
  if (type === 'cover') return on ? 'open' : 'close'
  return on ? 'on' : 'off'
}

/** What is meant, if a voice may have it do that; else what is answered. */
function wanted(asked: VoiceAsked, order: 'on' | 'off' | 'level'): Target[] | string {
  const { words, context, slots } = asked
  const targets = targetsOf(asked)
  if (typeof targets === 'string') return targets
  const may = targets.filter((target) =>
    isByVoice(context.db, target, order === 'level' ? 'level' : orderOf(target, order === 'on')),
  )
  const [refused] = targets
  if (may.length > 0) return may
  return refused ? words.notByVoice(slots.thing?.heard ?? refused.device_name) : words.noThing(slots.thing?.heard ?? '')
}

function targetsOf(asked: VoiceAsked): Target[] | string {
  const { words, slots, device } = asked
  const all = allTargets(asked)
  if (slots.thing !== undefined) return ofThing(asked, all)
  const room = placeSlot(asked, 'room')
  const isWarmth = slots.degrees !== undefined
  const place = room?.id ?? device?.room ?? null
  const isAll = slots.everywhere !== undefined || (room === null && (slots.all !== undefined || place === null))
  if (isAll && slots.all === undefined && slots.everywhere === undefined && slots.everything === undefined)
    return words.noLight(null)
  const isMeant = ({ type }: Target) =>
    slots.everything === undefined ? type === (isWarmth ? 'climate' : 'light') : EVERYTHING.has(type)
  const found = all.filter((one) => isMeant(one) && (isAll || one.room === place))
  return found.length > 0 ? found : words.noLight(room?.name ?? null)
}

function ofThing(asked: VoiceAsked, all: readonly Target[]): Target[] | string {
  const { words, slots, context } = asked
  const named = thingsSlot(asked)
  const entities = new Set(named.filter(({ kind }) => kind === 'entity').map(({ id }) => id))
  const devices = new Set(named.filter(({ kind }) => kind === 'device').map(({ id }) => id))
  const own = all.filter(({ id }) => entities.has(id))
  const found = nearest(asked, own.length > 0 ? own : [...devices].flatMap((id) => mainOf(all, id)))
  if (found.length === 0)
    return isThere(context.db, [...entities, ...devices]) ? readOnly(asked) : words.noThing(slots.thing?.heard ?? '')
  return found.length === 1
    ? [...found]
    : words.whichThing(found.map(({ device_name, name }) => `${device_name} ${name}`))
}

/** A lock, or what can only be read. */
function readOnly({ words, slots }: VoiceAsked): string {
  return words.notByVoice(slots.thing?.heard ?? '')
}

function isThere(db: VoiceAsked['context']['db'], ids: readonly string[]): boolean {
  return (
    ids.length > 0 &&
    db
      .prepare(
        'SELECT 1 FROM device_entities WHERE id IN (SELECT value FROM json_each(?)) OR device_id IN (SELECT value FROM json_each(?))',
      )
      .get(JSON.stringify(ids), JSON.stringify(ids)) !== undefined
  )
}

function mainOf(all: readonly Target[], device: string): Target[] {
  const own = all.filter((one) => one.device === device)
  const types = MAIN.map((type) => own.filter((one) => one.type === type))
  return types.find((ofType) => ofType.length > 0) ?? own
}

function allTargets({ context }: VoiceAsked): Target[] {
  const rows = context.db.prepare('SELECT id, room_id FROM devices').raw().all() as [string, string | null][]
  const rooms = new Map(rows)
  return toldEntities(context, undefined).map((entity) => ({ ...entity, room: rooms.get(entity.device) ?? null }))
}

/** As it was called; else by its device, where that has nothing else that is meant. */
function spokenName({ slots }: VoiceAsked, target: Target, targets: readonly Target[]): string {
  if (slots.thing !== undefined && targets.length === 1) return slots.thing.heard
  return targets.filter(({ device }) => device === target.device).length === 1 ? target.device_name : target.name
}

/** Tells each. One that is not there, or does not take it, keeps the others from nothing. */
function told(
  asked: VoiceAsked,
  targets: readonly Target[],
  what: (target: Target) => string | number,
  says: (names: readonly string[]) => string,
): Answer {
  const { context, words } = asked
  const [done, names, away, wrong]: string[][] = [[], [], [], []]
  for (const target of targets) {
    const name = spokenName(asked, target, targets)
    try {
      const { data } = orderEntity(context, target, { what: what(target), isAwaited: false })
      const { action } = data as { action: number }
      const isThereNow = context.db
        .prepare("SELECT status <> 'offline' FROM devices WHERE id = ?")
        .pluck()
        .get(target.device)
      done?.push(`${target.entity_id} ${what(target)} (command ${action})`)
      if (isThereNow === 1) names?.push(name)
      else away?.push(name)
    } catch (error) {
      if (!(error instanceof LaresError)) throw error
      wrong?.push(error.message)
    }
  }
  const text = [
    ...(names?.length ? [says(names)] : []),
    ...(away?.length ? [words.away(away)] : []),
    ...(wrong?.length ? [words.failed(wrong.join(', '))] : []),
  ].join(' ')
  return { text, done: done ?? [] }
}
