import { describe, expect, it } from 'vitest'
import { hear, withSaid } from '../../../../hub/dialects/hear.ts'
import { ABBREVIATIONS } from '../../../../hub/dialects/homeassistant/abbreviations.ts'
import { payloadOf } from '../../../../hub/dialects/payload.ts'
import type { KnownSoFar } from '../../../../hub/dialects/said.ts'
import { readOrder, type Takes } from '../../../../hub/features/control/entity-orders.ts'
import { orderRequest } from '../../../../hub/front/order-request.ts'
import { commandInput } from '../../engine/ask.ts'
import { states } from '../makers/makers-house.ts'
import { AnnouncedHouse, MINUTE } from './announced-house.ts'
import { EVERY_KIND, houseOfEveryKind, uniqueIdOf } from './every-kind.ts'

/** The same readers as for everybody else who announces to Home Assistant. */
describe('what the hub announces, read back by its own reader of announcements,', () => {
  const { house, device } = houseOfEveryKind()
  const announced = new AnnouncedHouse(house)
  announced.wait(MINUTE)
  const { entities, notConnected } = announced.read(device)

  it('is all of it, with nothing that cannot be connected', () => {
    expect(notConnected).toEqual([])
    expect(entities).toHaveLength(EVERY_KIND.length)
  })

  it('has no option that Home Assistant does not know', () => {
    // Those without an abbreviation: home-assistant.io, the page of each platform.
    const others =
      'platform name qos icon mode modes options min max step type precision max_temp min_temp temp_step fan_modes swing_modes ' +
      'automation_type subtype payload topic value_template temperature_state_template temperature_command_topic'
    const known = new Set([...ABBREVIATIONS.values(), ...others.split(' ')])
    for (const [part, { ...options }] of Object.entries(announced.config(device)?.components ?? {}))
      expect([part, Object.keys(options).filter((option) => !known.has(option))]).toEqual([part, []])
  })

  const readBack = (at: number) => {
    const found = entities.find(({ name }) => name === `Kind ${at}`)
    if (!found) throw new Error(`Kind ${at} was not read back`)
    return found
  }

  it.each(EVERY_KIND.map((one, at) => [one.what, one, at] as const))('%s is the same thing', (_what, one, at) => {
    const { component, orders = [], measures = null, range = null, deviceClass = null } = one.entity
    const found = readBack(at)
    const all =
      (one.platform ?? component) === 'valve' && orders.includes('position') ? ['open', 'close', 'position'] : orders
    expect(found.component).toBe(one.platform ?? component)
    expect([...found.orders].sort()).toEqual([...all].sort())
    expect(found.measures).toEqual(measures)
    expect(found.deviceClass).toBe(deviceClass)
    expect(found.range).toEqual(range)
    for (const [order, { options, range: limit }] of Object.entries(one.entity.limits ?? {})) {
      const known = found.limits?.[order as 'effect'] ?? {}
      if (options) expect(known.options).toEqual(options)
      if (limit) expect(known.range).toMatchObject({ min: limit.min, max: limit.max })
    }
  })

  it.each(EVERY_KIND.map((one, at) => [one.what, one, at] as const))('%s says the same', (_what, { said }, at) => {
    const found = readBack(at)
    for (const [state, attributes] of said) {
      house.now += MINUTE
      house.send(states({ uniqueId: uniqueIdOf(at), state, attributes, at: house.now }))
      house.tick(MINUTE)
      const topic = found.listens[0]?.topic ?? ''
      const payload = payloadOf(Buffer.from(stateOn(topic)))
      const known: KnownSoFar = { state: undefined, attributes: {} }
      expect(withSaid(known, hear(found, { topic, payload, retained: true }, known))).toMatchObject({
        state,
        attributes,
      })
    }
  })

  /** The newest state of a topic, as the broker retains it. */
  function stateOn(topic: string): string {
    const key = topic.split('/').at(-1)
    const [row] = house.all<{ latest: string; attributes: string }>(
      'SELECT latest, attributes FROM device_entities WHERE device_id = ? AND key = ?',
      ...[device, key],
    )
    const attributes = JSON.parse(row?.attributes ?? '{}') as object
    const shown = Object.keys(attributes).length === 0 ? {} : { attributes }
    return JSON.stringify({ ...(JSON.parse(row?.latest ?? '{}') as object), ...shown })
  }

  const told = EVERY_KIND.flatMap((one, at) =>
    one.orders.map((order) => [`${one.what}: ${order.order}`, order, at] as const),
  )
  it.each(told)('%s is told the same', (_what, order, at) => {
    const found = readBack(at)
    const publications = found.write(order)
    // Turned on once more it shines as it was told.
    const [first] = publications
    expect(publications.filter(({ payload }) => payload !== 'on' && payload !== first?.payload)).toEqual([])
    const [, , , key = ''] = first?.topic.split('/') ?? []
    const { params } = JSON.parse(String(orderRequest({ device, entity: key }, Buffer.from(first?.payload ?? ''))))
    const { orders, options = null, range = null, limits = {} } = EVERY_KIND[at]?.entity ?? {}
    const takes: Takes = { orders: orders ?? [], options, range, limits }
    expect(readOrder(params.what, takes, 'it')).toEqual(order)
  })

  it('is done by whoever sends it, as if it had been asked for', () => {
    const at = EVERY_KIND.findIndex(({ what }) => what === 'a plug')
    const [, , , entity = ''] = readBack(at).write({ order: 'on' })[0]?.topic.split('/') ?? []
    const { params } = JSON.parse(String(orderRequest({ device, entity }, Buffer.from('on'))))
    house.send(commandInput('entities/set', params))
    expect(house.effects.filter(({ kind }) => kind === 'maker_order')).toMatchObject([
      { uniqueId: uniqueIdOf(at), order: { order: 'on' } },
    ])
  })
})
