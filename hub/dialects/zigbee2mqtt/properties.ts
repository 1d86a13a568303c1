/** A number that a message says; `undefined`: it does not. */
export function numberSaid(said: Readonly<Record<string, unknown>>, property: string): number | undefined {
  const value = Object.hasOwn(said, property) ? said[property] : undefined
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** A word that a message says; `undefined`: it does not. */
export function wordSaid(said: Readonly<Record<string, unknown>>, property: string): string | undefined {
  const value = Object.hasOwn(said, property) ? said[property] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function scaled(percent: number, min: number, max: number): number {
  return Math.round(min + (percent / 100) * (max - min))
}

export function percentOf(value: number, min: number, max: number): number {
  return Math.min(100, Math.max(0, Math.round(((value - min) / (max - min)) * 100)))
}
