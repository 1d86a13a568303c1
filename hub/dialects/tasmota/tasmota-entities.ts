import { LaresError } from '../../../shared/errors.ts'
import { slug } from '../../../shared/ids.ts'
import { asObject, type Payload } from '../payload.ts'
import type { Availability, EntityOrder, Publication, Said, SaidEntity } from '../said.ts'
import { RELAY, type TasmotaConfig } from './tasmota-config.ts'
import { sensorLook, type TasmotaSensor } from './tasmota-sensors.ts'

const PERCENT_TO_HA = 2.55

/** What a device switches. Shutters are known and not connected. */
export function switching(config: TasmotaConfig): { entities: SaidEntity[]; shutters: number } {
  const { relays } = config
  const shutters = relays.filter((kind) => kind === RELAY.shutter).length / 2
  const entities = relays.flatMap((kind, at) =>
    kind === RELAY.relay || kind === RELAY.light ? [relayEntity(config, at, kind === RELAY.light)] : [],
  )
  return { entities, shutters: Math.ceil(shutters) }
}

/** One relay has `POWER`, of several each has its number. */
function relayEntity(config: TasmotaConfig, at: number, isLight: boolean): SaidEntity {
  const { relays, names, words, dims } = config
  const count = relays.filter((kind) => kind !== RELAY.none).length
  const power = count > 1 ? `POWER${at + 1}` : 'POWER'
  const hasLevel = isLight && dims
  const read = (payload: Payload): Said => {
    const said = payload.object
    if (said === null) return { ignored: 'a state that is no JSON object' }
    // A device with one relay may say POWER1 all the same: SetOption26.
    const word = said[power] ?? (count > 1 ? undefined : said.POWER1)
    const level = hasLevel && typeof said.Dimmer === 'number' ? Math.round(said.Dimmer * PERCENT_TO_HA) : undefined
    return {
      ...(word === words.on ? { state: true } : word === words.off ? { state: false } : {}),
      ...(level === undefined ? {} : { attributes: { brightness: level } }),
    }
  }
  const tell = (name: string, payload: string): Publication => ({
    ...{ topic: config.topic('cmnd', name), payload, qos: 1, retain: false },
  })
  return {
    ...entityBase(config, { component: isLight ? 'light' : 'switch', part: power.toLowerCase() }),
    name: names[at] ?? null,
    listens: [config.topic('stat', 'RESULT'), config.topic('tele', 'STATE')].map((topic) => ({ topic, read })),
    orders: hasLevel ? ['on', 'off', 'level'] : ['on', 'off'],
    write(order) {
      if (order.order === 'on' || order.order === 'off') return [tell(power, words[order.order])]
      if (order.order === 'level' && hasLevel) return [tell('Dimmer', String(Math.round(order.percent)))]
      throw refused(order, hasLevel ? 'on, off, level' : 'on, off')
    },
  }
}

/** A value of the sensors' message, heard where it is repeated. */
export function sensorEntity(config: TasmotaConfig, sensor: TasmotaSensor): SaidEntity {
  const { path, unit } = sensor
  const { deviceClass, name, component } = sensorLook(sensor)
  return {
    ...entityBase(config, { component, part: slug(path.join('_'), '_') }),
    name,
    deviceClass,
    measures: { unit },
    listens: [
      {
        topic: config.topic('tele', 'SENSOR'),
        read(payload) {
          const value = path.reduce<unknown>((inside, key) => asObject(inside)?.[key], payload.object)
          if (typeof value === 'number' && Number.isFinite(value)) return { state: value }
          return value === null ? { state: null } : {}
        },
      },
    ],
    orders: [],
    write(order) {
      throw refused(order, 'nothing')
    },
  }
}

function entityBase(
  config: TasmotaConfig,
  { component, part }: { component: string; part: string },
): Omit<SaidEntity, 'name' | 'listens' | 'orders' | 'write'> {
  const { mac, name } = config
  return {
    part,
    uniqueId: `${component}/${mac}_${part}`,
    entityId: `${component}.${[slug(name, '_'), part].filter((one) => one !== '').join('_')}`,
    component,
    deviceClass: null,
    icon: null,
    category: null,
    enabled: true,
    measures: null,
    options: null,
    range: null,
    expiresAfterS: null,
    availability: availabilityOf(config),
  }
}

function availabilityOf({ topic, reach }: TasmotaConfig): Availability {
  const read = ({ text }: Payload) => (text === reach.online ? true : text === reach.offline ? false : null)
  return { mode: 'latest', topics: [{ topic: topic('tele', 'LWT'), read }] }
}

function refused(order: EntityOrder, takes: string): LaresError {
  return new LaresError('bad_params', `it does not take ${order.order}`, { hint: `It takes ${takes}.` })
}
