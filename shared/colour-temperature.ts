import type { OrderRange } from './entity-order.ts'

/** Whites as shops call them, in kelvin. */
const WHITES: ReadonlyMap<string, number> = new Map([
  ['candle', 2_000],
  ['warm', 2_700],
  ['soft', 3_000],
  ['neutral', 4_000],
  ['natural', 4_000],
  ['cool', 5_500],
  ['cold', 6_500],
  ['daylight', 6_500],
])

const MIRED = 1_000_000
const LEAST_KELVIN = 1_000

/** Lamps are told millionths of a reciprocal kelvin; the same the other way round. */
export function kelvinOf(mired: number): number {
  return Math.round(MIRED / mired)
}

export function miredOf(kelvin: number): number {
  return Math.round(MIRED / kelvin)
}

/** Whether two are the same to a lamp, which rounds: 2,700 K is 370 mired, and that is 2,703 K. */
export function isSameWarmth(one: number, other: number): boolean {
  return Math.abs(MIRED / one - MIRED / other) <= 6
}

/**
 * Kelvin that a person means by `2700 K`, `2700`, `370 mired` or `warm white`, of those that the lamp has; `null`: by this none. A word means the
 * nearest that there is, a number itself: it is out of range or it is not.
 */
export function readWarmth(text: string, { min, max }: OrderRange): number | null {
  const word = text.trim().toLowerCase()
  const white = WHITES.get(word === 'white' ? 'neutral' : word.replace(/[\s_-]+white$/, ''))
  if (white !== undefined) return Math.min(max, Math.max(min, white))
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*(k|kelvin|mireds?|)$/.exec(word) ?? []
  // Without a unit it is kelvin where nothing else is as large.
  if (digits === undefined || (unit === '' && Number(digits) < LEAST_KELVIN)) return null
  const kelvin = unit?.startsWith('m') ? kelvinOf(Number(digits)) : Math.round(Number(digits))
  return kelvin >= min && kelvin <= max ? kelvin : null
}
