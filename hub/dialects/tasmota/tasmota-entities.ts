import type { EntityOrder, OrderName } from '../../../shared/entity-order.ts'
import { LaresError } from '../../../shared/errors.ts'
import { slug } from '../../../shared/ids.ts'
import { asObject, type Payload } from '../payload.ts'
import type { Publication, Said, SaidEntity } from '../said.ts'
import { RELAY, type TasmotaConfig } from './tasmota-config.ts'
import { commandOf, entityBase, outsideRange, refusedOrder } from './tasmota-entity.ts'
import { lightCommands, lightLimits, lightOrders, lookOf, type TasmotaLight, tasmotaLight } from './tasmota-lights.ts'
import { sensorLook, type TasmotaSensor } from './tasmota-sensors.ts'

/** What a device switches, but for shutters. */
export function switching(config: TasmotaConfig): SaidEntity[] {
  return config.relays.flatMap((kind, at) =>
    kind === RELAY.relay || kind === RELAY.light ? [relayEntity(config, at, kind === RELAY.light)] : [],
  )
}

/** One relay has `POWER`, of several each has its number. */
function relayEntity(config: TasmotaConfig, at: number, isLight: boolean): SaidEntity {
  const { relays, names } = config
  const count = relays.filter((kind) => kind !== RELAY.none).length
  const power = count > 1 ? `POWER${at + 1}` : 'POWER'
  const light = isLight ? tasmotaLight(config, at) : null
  const orders: OrderName[] = ['on', 'off', ...(light === null ? [] : lightOrders(light))]
  const limits = light === null ? {} : lightLimits(light, config)
  return {
    ...entityBase(config, { component: isLight ? 'light' : 'switch', part: power.toLowerCase() }),
    name: names[at] ?? null,
    listens: [config.topic('stat', 'RESULT'), config.topic('tele', 'STATE')].map((topic) => ({
      topic,
      // A device with one relay may say POWER1 all the same: SetOption26.
      read: (payload) => powerSaid(config, payload, { names: count > 1 ? [power] : [power, 'POWER1'], light }),
    })),
    orders,
    limits,
    ask: commandOf(config, 'STATE', ''),
    write(order) {
      refuseOutside(order, orders, limits)
      return commandsFor(config, { power, light }, order)
    },
  }
}

function powerSaid(
  { words }: TasmotaConfig,
  payload: Payload,
  { names, light }: { names: readonly string[]; light: TasmotaLight | null },
): Said {
  const said = payload.object
  if (said === null) return { ignored: 'a state that is no JSON object' }
  const word = names
    .map((name) => (Object.hasOwn(said, name) ? said[name] : undefined))
    .find((one) => one !== undefined)
  const attributes = light === null ? {} : lookOf(light, said)
  return {
    ...(word === words.on ? { state: true } : word === words.off ? { state: false } : {}),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  }
}

function commandsFor(
  config: TasmotaConfig,
  { power, light }: { power: string; light: TasmotaLight | null },
  order: EntityOrder,
): Publication[] {
  const { words } = config
  if (order.order === 'off') return [commandOf(config, power, words.off)]
  const on = commandOf(config, power, words.on)
  if (order.order === 'on' || light === null) return [on]
  const commands = lightCommands(config, light, order) ?? []
  // A dimmer at 0 is off by itself. The rest does not switch it on where SetOption20 keeps it from that.
  return order.order === 'level' ? commands : [...commands, on]
}

function refuseOutside(order: EntityOrder, orders: readonly OrderName[], limits: SaidEntity['limits'] = {}): void {
  if (!orders.includes(order.order)) throw refusedOrder(order.order, orders)
  const { range, options } = limits[order.order] ?? {}
  const { kelvin, effect }: Readonly<Record<string, unknown>> = order
  if (range && typeof kelvin === 'number' && (kelvin < range.min || kelvin > range.max))
    throw outsideRange(kelvin, range)
  if (options && typeof effect === 'string' && !options.includes(effect))
    throw new LaresError('bad_params', `there is no effect ${effect}`, { hint: `It has ${options.join(', ')}.` })
}

/** A value of the sensors' message, heard where it is repeated. */
export function sensorEntity(config: TasmotaConfig, sensor: TasmotaSensor): SaidEntity {
  const { path, unit } = sensor
  const { deviceClass, name, component } = sensorLook(sensor)
  const read = ({ object }: Payload): Said => {
    // `STATUS10` has the same one level further in.
    const inside = asObject(object?.StatusSNS) ?? object
    const value = path.reduce<unknown>((of, key) => ownValue(of, key), inside)
    if (typeof value === 'number' && Number.isFinite(value)) return { state: value }
    return value === null && inside !== null ? { state: null } : {}
  }
  return {
    ...entityBase(config, { component, part: slug(path.join('_'), '_') }),
    name,
    deviceClass,
    measures: { unit },
    listens: [config.topic('tele', 'SENSOR'), config.topic('stat', 'STATUS10')].map((topic) => ({ topic, read })),
    orders: [],
    ask: commandOf(config, 'STATUS', '10'),
    write(order) {
      throw refusedOrder(order.order, [])
    },
  }
}

function ownValue(of: unknown, key: string): unknown {
  const object = asObject(of)
  return object !== null && Object.hasOwn(object, key) ? object[key] : undefined
}
