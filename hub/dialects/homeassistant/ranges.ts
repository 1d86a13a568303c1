import { LaresError } from '../../../shared/errors.ts'

/** A number that may be said to an entity. Throws `bad_params` with what it takes. */
export function withinRange(param: string, value: number, { min, max }: { min: number; max: number }): number {
  if (Number.isFinite(value) && value >= min && value <= max) return value
  throw new LaresError('bad_params', `${param}: ${value} is not between ${min} and ${max}`, {
    hint: `Write a number from ${min} to ${max}.`,
  })
}

export const PERCENT = { min: 0, max: 100 }

/** A percentage, as a whole number of a range of the device's own: 0 % is its lower end. Throws `bad_params`. */
export function fromPercent(param: string, percent: number, { min, max }: { min: number; max: number }): number {
  return Math.round(min + (withinRange(param, percent, PERCENT) / 100) * (max - min))
}

/** What a device says in a range of its own, in percent, at least 0 and at most 100. */
export function toPercent(value: number, { min, max }: { min: number; max: number }): number {
  return Math.min(100, Math.max(0, Math.round(((value - min) / (max - min)) * 100)))
}
