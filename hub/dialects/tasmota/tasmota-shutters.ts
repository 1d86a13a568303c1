import type { EntityOrder, OrderName } from '../../../shared/entity-order.ts'
import { asObject } from '../payload.ts'
import type { Publication, Said, SaidEntity } from '../said.ts'
import { RELAY, type TasmotaConfig } from './tasmota-config.ts'
import { commandOf, entityBase, percentWord, refusedOrder } from './tasmota-entity.ts'

/** `sho` of the discovery message: `ShutterInvert`. */
const INVERTED = 1
/** Tasmota has no more. */
const MOST = 16

/** How one shutter is turned round and which slats it has. */
interface Shutter {
  number: number
  isInverted: boolean
  /** Degrees of its slats, closed and open; `null`: it has none. */
  slats: { min: number; max: number } | null
}

/** Shutters of a device: two relays each. tasmota.github.io, "Shutters and Blinds". */
export function tasmotaShutters(config: TasmotaConfig): SaidEntity[] {
  const count = Math.min(MOST, Math.floor(config.relays.filter((kind) => kind === RELAY.shutter).length / 2))
  return Array.from({ length: count }, (_, at) => {
    const [min = 0, max = 0, duration = 0] = config.shutterTilts[at] ?? []
    const shutter = {
      number: at + 1,
      isInverted: ((config.shutterOptions[at] ?? 0) & INVERTED) !== 0,
      slats: duration > 0 && min !== max ? { min, max } : null,
    }
    return shutterEntity(config, shutter, count > 1)
  })
}

function shutterEntity(config: TasmotaConfig, shutter: Shutter, isOneOfSeveral: boolean): SaidEntity {
  const { number, slats } = shutter
  const orders: OrderName[] = ['open', 'close', 'stop', 'position', ...(slats ? (['tilt'] as const) : [])]
  const read = (said: Readonly<Record<string, unknown>> | null): Said => {
    if (said === null) return { ignored: 'a state that is no JSON object' }
    // `STATUS10` has the same one level further in.
    const inside = asObject(said.StatusSNS) ?? said
    const key = `Shutter${number}`
    const own = asObject(Object.hasOwn(inside, key) ? inside[key] : undefined)
    return own === null ? {} : saidOf(own, shutter)
  }
  return {
    ...entityBase(config, { component: 'cover', part: `shutter${number}` }),
    name: isOneOfSeveral ? `Shutter ${number}` : null,
    deviceClass: 'shutter',
    listens: [config.topic('stat', 'RESULT'), config.topic('stat', 'STATUS10'), config.topic('tele', 'SENSOR')].map(
      (topic) => ({ topic, read: (payload) => read(payload.object) }),
    ),
    orders,
    ask: commandOf(config, 'STATUS', '10'),
    write(order) {
      const command = commandFor(config, shutter, order)
      if (command === null) throw refusedOrder(order.order, orders)
      return [command]
    },
  }
}

/** Position 0 is closed, 100 open; direction -1 is closing, 1 opening, 0 stands. */
function saidOf(own: Readonly<Record<string, unknown>>, { isInverted, slats }: Shutter): Said {
  const number = (key: string) => {
    const value = Object.hasOwn(own, key) ? own[key] : undefined
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined
  }
  const [at, direction, tilt] = [number('Position'), number('Direction'), number('Tilt')]
  const position = at === undefined ? undefined : isInverted ? 100 - at : at
  const way = direction === undefined ? 0 : isInverted ? -direction : direction
  const moving = way > 0 ? 'opening' : way < 0 ? 'closing' : undefined
  const standing = position === undefined ? undefined : position > 0 ? 'open' : 'closed'
  const state = moving ?? standing
  const attributes = {
    ...(position === undefined ? {} : { current_position: position }),
    ...(slats && tilt !== undefined
      ? { current_tilt_position: Math.round(((tilt - slats.min) / (slats.max - slats.min)) * 100) }
      : {}),
  }
  return {
    ...(state === undefined ? {} : { state }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  }
}

function commandFor(
  config: TasmotaConfig,
  { number, isInverted, slats }: Shutter,
  order: EntityOrder,
): Publication | null {
  const tell = (name: string, payload = '') => commandOf(config, `${name}${number}`, payload)
  switch (order.order) {
    case 'open':
      return tell('ShutterOpen')
    case 'close':
      return tell('ShutterClose')
    case 'stop':
      return tell('ShutterStop')
    case 'position':
      return tell('ShutterPosition', percentWord(isInverted ? 100 - order.percent : order.percent))
    case 'tilt': {
      if (slats === null) return null
      const degrees = slats.min + (Number(percentWord(order.percent)) / 100) * (slats.max - slats.min)
      return tell('ShutterTilt', String(Math.round(degrees)))
    }
    default:
      return null
  }
}
