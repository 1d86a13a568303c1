import type { OrderLimits } from '../../../shared/entity-order.ts'
import { type Expose, feature } from './expose.ts'
import type { ExposedPart, PartOrders } from './generic.ts'
import { numberSaid, wordSaid } from './properties.ts'

const SETPOINTS = ['occupied_heating_setpoint', 'current_heating_setpoint', 'occupied_cooling_setpoint']

/** Words that it is told beside its mode: the feature, the order, and the attribute in Home Assistant's words. */
const CHOICES = [
  ['preset', 'preset', 'preset_mode'],
  ['fan_mode', 'fan_mode', 'fan_mode'],
  ['swing_mode', 'swing_mode', 'swing_mode'],
] as const

/** zigbee2mqtt.io, "Exposes", "Climate": its state is the mode; the rest are attributes with Home Assistant's names. */
export function climatePart(expose: Expose): ExposedPart | { reason: string } {
  const setpoint = SETPOINTS.map((name) => feature(expose, name)).find((one) => one !== undefined)
  if (!setpoint) return { reason: 'this climate has no temperature that can be set' }
  const [mode, local, running] = ['system_mode', 'local_temperature', 'running_state'].map((name) =>
    feature(expose, name),
  )
  const choices = CHOICES.flatMap(([name, order, attribute]) => {
    const of = feature(expose, name)
    return of?.type === 'enum' ? [{ of, order, attribute }] : []
  })
  const orders: PartOrders = {}
  const limits: OrderLimits = {}
  if (setpoint.canBeSet)
    orders.temperature = ({ degrees, mode: wanted }) => ({
      [setpoint.property]: degrees,
      ...(mode && wanted !== undefined ? { [mode.property]: wanted } : {}),
    })
  if (mode?.canBeSet) orders.mode = ({ mode: wanted }) => ({ [mode.property]: wanted })
  for (const { of, order } of choices) {
    if (!of.canBeSet) continue
    orders[order] = ({ mode: wanted }) => ({ [of.property]: wanted })
    limits[order] = { options: of.values, ...(of.isPublished ? {} : { untold: true }) }
  }
  const used = [setpoint, mode, local, running, ...choices.map(({ of }) => of)]
  return {
    ...{ component: 'climate', property: setpoint.property, name: expose.label, deviceClass: null },
    uses: used.filter((one) => one !== undefined),
    ...(setpoint.range ? { range: setpoint.range } : {}),
    ...(mode ? { options: mode.values } : {}),
    read: (said) => {
      const wanted = numberSaid(said, setpoint.property)
      const now = local && numberSaid(said, local.property)
      const doing = running && wordSaid(said, running.property)
      const words = choices.flatMap(({ of, attribute }) => {
        const word = wordSaid(said, of.property)
        return word === undefined ? [] : [[attribute, word]]
      })
      const attributes = {
        ...(wanted === undefined ? {} : { temperature: wanted }),
        ...(now === undefined ? {} : { current_temperature: now }),
        ...(doing === undefined ? {} : { hvac_action: doing }),
        ...Object.fromEntries(words),
      }
      const word = mode && wordSaid(said, mode.property)
      const state = word !== undefined ? { state: word } : !mode && wanted !== undefined ? { state: 'heat' } : {}
      return { ...state, ...(Object.keys(attributes).length === 0 ? {} : { attributes }) }
    },
    orders,
    limits,
  }
}
