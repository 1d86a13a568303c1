import { isUtf8 } from 'node:buffer'
import { type Announced, type Dialect, NOTHING_ANNOUNCED } from '../dialect.ts'
import { asObject, readJsonObject } from '../payload.ts'
import type { Announcement, NotConnected, SaidEntity } from '../said.ts'
import { readTasmotaConfig, type TasmotaConfig } from './tasmota-config.ts'
import { sensorEntity, switching } from './tasmota-entities.ts'
import { tasmotaSensors } from './tasmota-sensors.ts'
import { tasmotaShutters } from './tasmota-shutters.ts'

/** The largest that a Tasmota writes has some 4 kB. */
const MESSAGE_BYTES = 65_536
const MOST_DEVICES = 2_000

/** Tasmota by its own discovery, which is on unless `SetOption19 1`: two messages of each device, both kept by the broker. */
export const TASMOTA: Dialect = {
  name: 'tasmota',
  prefix: 'tasmota/discovery',
  announcing: (prefix) => [`${prefix}/+/config`, `${prefix}/+/sensors`],
  reader(prefix) {
    const devices = new TasmotaDevices()
    return ({ topic, payload }) => {
      const [mac = '', kind = ''] = topic.slice(prefix.length + 1).split('/')
      if (payload.length === 0) return kind === 'config' ? devices.remove(topic, mac) : NOTHING_ANNOUNCED
      const values =
        payload.length <= MESSAGE_BYTES && isUtf8(payload) ? readJsonObject(Buffer.from(payload).toString()) : null
      if (values === null)
        return { ...NOTHING_ANNOUNCED, trouble: `${topic} is no JSON object of at most ${MESSAGE_BYTES} bytes` }
      return kind === 'config' ? devices.config(topic, mac, values) : devices.sensors(topic, mac, values)
    }
  },
}

interface Known {
  topic: string
  config: TasmotaConfig | null
  sensors: Readonly<Record<string, unknown>>
}

/** What the two messages of each device said, whichever comes first. */
class TasmotaDevices {
  #devices = new Map<string, Known>()

  config(topic: string, mac: string, values: Readonly<Record<string, unknown>>): Announced {
    const config = readTasmotaConfig(values)
    if (typeof config === 'string') return { ...NOTHING_ANNOUNCED, trouble: `${topic} announces no device: ${config}` }
    return this.#said(mac, { topic, config })
  }

  sensors(topic: string, mac: string, values: Readonly<Record<string, unknown>>): Announced {
    return this.#said(mac, { topic: topic.replace(/sensors$/, 'config'), sensors: asObject(values.sn) ?? {} })
  }

  remove(topic: string, mac: string): Announced {
    this.#devices.delete(mac)
    return { ...NOTHING_ANNOUNCED, removed: [topic] }
  }

  #said(mac: string, said: Partial<Known> & { topic: string }): Announced {
    const before = this.#devices.get(mac)
    if (!before && this.#devices.size >= MOST_DEVICES)
      return { ...NOTHING_ANNOUNCED, trouble: `more than ${MOST_DEVICES} devices are announced: ${mac} is left out` }
    const known = { config: null, sensors: {}, ...before, ...said }
    this.#devices.set(mac, known)
    const { config, sensors, topic } = known
    return config === null
      ? NOTHING_ANNOUNCED
      : { ...NOTHING_ANNOUNCED, announcements: [announcementOf(topic, config, sensors)], replaces: true }
  }
}

/** As Home Assistant's discovery names it: a device that is heard of in both ways is one. */
function macIdentity(mac: string): string {
  return `mac:${mac.replaceAll(/(..)(?!$)/g, '$1:')}`
}

function announcementOf(topic: string, config: TasmotaConfig, sensors: Known['sensors']): Announcement {
  const measuring: SaidEntity[] = tasmotaSensors(sensors).map((sensor) => sensorEntity(config, sensor))
  return {
    topic,
    origin: 'Tasmota',
    device: {
      identities: [macIdentity(config.mac)],
      name: config.name,
      brand: 'Tasmota',
      model: config.model,
      version: config.version,
      via: null,
      area: null,
    },
    entities: [...switching(config), ...tasmotaShutters(config), ...measuring],
    notConnected: leftOut(config),
    removed: [],
  }
}

function leftOut({ isFan, switches }: TasmotaConfig): NotConnected[] {
  const fan = { part: 'fan', component: 'fan', name: null, reason: 'the speeds of an iFan are not told' }
  const ofSwitches = Array.from({ length: switches }, (_, at) => ({
    ...{ part: `switch${at + 1}`, component: 'binary_sensor', name: `Switch ${at + 1}` },
    reason: 'what its switches say is not read',
  }))
  return [...(isFan ? [fan] : []), ...ofSwitches]
}
