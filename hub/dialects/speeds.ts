/** The slowest speed that is at least so fast, of the speeds from `min` to `max`; below `min` is off. */
export function speedOf(percent: number, { min, max }: { min: number; max: number }): number {
  return Math.ceil((percent / 100) * (max - min + 1) + min - 1)
}

/** How fast a speed is, in percent. */
export function percentOfSpeed(speed: number, { min, max }: { min: number; max: number }): number {
  const percent = Math.floor(((speed - (min - 1)) * 100) / (max - min + 1))
  return Math.min(100, Math.max(0, percent))
}

/** How far two speeds are apart, in percent. */
export function speedStep({ min, max }: { min: number; max: number }): number {
  return 100 / (max - min + 1)
}
