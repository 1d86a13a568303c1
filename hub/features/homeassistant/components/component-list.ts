import { buttonComponent, numberComponent, sceneComponent, selectComponent, textComponent } from './chosen.ts'
import type { ComponentOf } from './component.ts'
import { climateComponent, waterHeaterComponent } from './heated.ts'
import { lightComponent } from './light.ts'
import {
  binarySensorComponent,
  deviceTrackerComponent,
  eventComponent,
  sensorComponent,
  updateComponent,
} from './measured.ts'
import { coverComponent, lockComponent, valveComponent } from './opened.ts'
import { fanComponent, humidifierComponent, switchComponent } from './switched.ts'

/** What each type of entity is to Home Assistant. Others are not announced. */
export const COMPONENTS: ReadonlyMap<string, ComponentOf> = new Map([
  ['binary_sensor', binarySensorComponent],
  ['button', buttonComponent],
  ['climate', climateComponent],
  ['cover', coverComponent],
  ['device_tracker', deviceTrackerComponent],
  ['event', eventComponent],
  ['fan', fanComponent],
  ['humidifier', humidifierComponent],
  ['light', lightComponent],
  ['lock', lockComponent],
  ['number', numberComponent],
  ['scene', sceneComponent],
  ['select', selectComponent],
  ['sensor', sensorComponent],
  ['siren', switchComponent],
  ['switch', switchComponent],
  ['text', textComponent],
  ['update', updateComponent],
  ['valve', valveComponent],
  ['water_heater', waterHeaterComponent],
])
