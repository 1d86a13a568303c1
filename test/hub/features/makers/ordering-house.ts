import { commandInput } from '../../engine/ask.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'
import { accepted, entityOf, lampOf, makersHouse, reach } from './makers-house.ts'

export const LIGHT = 'light/0x1_state'

/** A house with an accepted device of another maker that takes orders of every kind. */
export function houseThatTakesOrders(): { house: TestHouse; device: string } {
  const [light, warmth] = lampOf().entities
  if (!light || !warmth) throw new Error('a lamp has two')
  const more = (component: string, part: string, more: Partial<Parameters<typeof entityOf>[2]>) =>
    entityOf('0x1', component, {
      uniqueId: `${component}/${part}`,
      entityId: `${component}.${part}`,
      name: part,
      ...more,
    })
  const house = makersHouse(
    lampOf('0x1', {
      entities: [
        { ...light, name: 'Ceiling' },
        warmth,
        more('select', 'effect', { orders: ['option'], options: ['Blink', 'none'] }),
        more('number', 'delay', { orders: ['value'], range: { min: 0, max: 300, step: 1 } }),
        more('cover', 'blind', { orders: ['open', 'close', 'stop', 'position'] }),
        more('lock', 'door', { orders: ['lock', 'unlock'] }),
        more('button', 'identify', { orders: ['press'] }),
        more('climate', 'heating', {
          ...{ orders: ['temperature', 'mode'], options: ['heat', 'off'], range: { min: 5, max: 30, step: 0.5 } },
        }),
        more('text', 'label', { orders: ['text'] }),
      ],
    }),
  )
  const device = accepted(house)
  house.send(reach('zigbee2mqtt_0x1', true))
  house.now += 5_000
  return { house, device }
}

/** What is asked of the house that is there at the moment, and what it was told and answered in its last batch. */
export function orderingIn(house: () => TestHouse) {
  const give = (verb: `${string}/${string}`, params: Record<string, unknown>, more = {}) =>
    house().send(commandInput(verb, params, more))
  const told = () => house().effects.flatMap((effect) => (effect.kind === 'maker_order' ? [effect] : []))
  const answers = () => [...house().published('/entities/set'), ...house().published('/devices/switch')]
  return {
    give,
    set: (entity: string, what: unknown) => give('entities/set', { entity, what }),
    told,
    orders: () => told().map(({ uniqueId, order }) => [uniqueId, order]),
    answers,
    says: () =>
      answers().map(({ status, data, error }) => [status, (data ?? error) as Record<string, unknown>] as const),
    ordered: (id: number, error: string | null = null) => house().send({ kind: 'maker_ordered', id, error }),
    lastId: () => Number(house().all('SELECT max(id) AS id FROM control_actions')[0]?.id),
  }
}
