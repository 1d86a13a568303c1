/** What an entity that a bridge or connection speaks for is told. Percent are 0 to 100: of light, of speed, of humidity, of the way from closed to open. */
export type EntityOrder =
  | { order: 'on' | 'off' | 'press' | 'open' | 'close' | 'stop' | 'lock' | 'unlock' }
  | { order: 'level' | 'position' | 'tilt' | 'humidity'; percent: number }
  | { order: 'value'; value: number }
  | { order: 'option'; option: string }
  | { order: 'text'; text: string }
  | { order: 'temperature'; degrees: number; mode?: string }
  | { order: 'mode' | 'preset' | 'fan_mode' | 'swing_mode'; mode: string }
  /** Hue in degrees, saturation in percent. A light is told how bright with the same order, where it is to be another brightness. */
  | { order: 'color'; hue: number; saturation: number; percent?: number }
  | { order: 'color_temperature'; kelvin: number; percent?: number }
  | { order: 'effect'; effect: string; percent?: number }

export type OrderName = EntityOrder['order']

/** Numbers that may be said. */
export interface OrderRange {
  min: number
  max: number
  step: number
}

/** What one of the orders of an entity takes. */
export interface OrderLimit {
  /** These words; absent: any. */
  options?: readonly string[]
  /** These numbers; of a level, `step` is how far two speeds or steps are apart. */
  range?: OrderRange
  /** No state tells of it: it is done when it was published. */
  untold?: true
}

/** Limits of those orders that have some of their own. */
export type OrderLimits = { [O in OrderName]?: OrderLimit }
