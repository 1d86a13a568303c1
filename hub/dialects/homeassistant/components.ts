import type { AnnouncedConfig } from './announced-config.ts'
import type { Behaviour, ComponentReader } from './behaviour.ts'
import { readNumberEntity, readSelect, readText } from './choosing.ts'
import { readCover } from './covering.ts'
import { readClimate, readWaterHeater } from './heating.ts'
import { readHumidifier } from './humidifying.ts'
import { readLight } from './lighting.ts'
import { readBinarySensor, readDeviceTracker, readEvent, readSensor, readUpdate } from './measuring.ts'
import { NotConnectable } from './not-connectable.ts'
import { readButton, readLock, readScene, readSiren, readSwitch } from './switching.ts'
import { readValve } from './valve.ts'
import { readFan } from './ventilating.ts'

/** How an entity of each component that can be connected is read. */
const READERS: ReadonlyMap<string, ComponentReader> = new Map([
  ['binary_sensor', readBinarySensor],
  ['button', readButton],
  ['climate', readClimate],
  ['cover', readCover],
  ['device_tracker', readDeviceTracker],
  ['event', readEvent],
  ['fan', readFan],
  ['humidifier', readHumidifier],
  ['light', readLight],
  ['lock', readLock],
  ['number', readNumberEntity],
  ['scene', readScene],
  ['select', readSelect],
  ['sensor', readSensor],
  ['siren', readSiren],
  ['switch', readSwitch],
  ['text', readText],
  ['update', readUpdate],
  ['valve', readValve],
  ['water_heater', readWaterHeater],
])

/** What an entity of this component does. Throws `NotConnectable`. */
export function behaviourOf(component: string, config: AnnouncedConfig): Behaviour {
  const read = READERS.get(component)
  if (read === undefined) throw new NotConnectable(`entities of the kind "${component}" are not connected`)
  const encoding = config.payload('encoding', 'utf-8')
  if (!/^utf-?8$/i.test(encoding)) throw new NotConnectable(`messages in the encoding "${encoding}" are not read`)
  return read(config)
}
