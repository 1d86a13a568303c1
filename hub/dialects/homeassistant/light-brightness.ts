import type { Said } from '../said.ts'
import type { AnnouncedConfig } from './announced-config.ts'
import { NOT_KNOWN, numberIn, unexpected } from './behaviour.ts'
import { NotConnectable } from './not-connectable.ts'
import { fromPercent } from './ranges.ts'

/** Brightness in templates, where no other scale is said, and in the attribute: home-assistant.io, "MQTT Light". */
export const BRIGHTEST = 255

export function brightnessScale(config: AnnouncedConfig): number {
  const scale = config.number('brightness_scale', BRIGHTEST)
  if (scale <= 0) throw new NotConnectable('"brightness_scale" is to be above 0')
  return scale
}

/** What a device says in a scale of its own, as the attribute. */
export function brightnessIn(number: number, scale: number): { brightness: number } {
  return { brightness: Math.min(BRIGHTEST, Math.max(0, Math.round((number / scale) * BRIGHTEST))) }
}

export function brightnessSaid(text: string, scale: number): Said {
  if (text === NOT_KNOWN) return { attributes: { brightness: null } }
  const number = numberIn(text)
  return number === null ? unexpected(text) : { attributes: { ...brightnessIn(number, scale) } }
}

/** What is on is at least a little bright. */
export function brightnessOf(percent: number, scale: number): number {
  const brightness = fromPercent('level', percent, { min: 0, max: scale })
  return percent > 0 ? Math.max(1, brightness) : brightness
}
