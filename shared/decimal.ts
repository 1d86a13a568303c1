/** How many digits an exact decimal number may have, and how many of them stand behind the point. */
export interface Digits {
  precision: number
  scale: number
}

/** Fixed notation alone: no exponent, no sign but a minus, no blanks. */
const FIXED = /^(-?)0*(\d+)(?:\.(\d+))?$/

/**
 * A decimal number as Postgres writes a `numeric(precision, scale)`: `decimalText('3.5', { precision: 5, scale: 2 })` is
 * `3.50`. `null` where the value is none, or does not fit without rounding.
 */
export function decimalText(value: unknown, { precision, scale }: Digits): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const match = FIXED.exec(String(value))
  if (match === null) return null
  const [, minus = '', whole = '', rest = ''] = match
  const behind = rest.replace(/0+$/, '')
  if (behind.length > scale || (whole === '0' ? 0 : whole.length) > precision - scale) return null
  const number = scale === 0 ? whole : `${whole}.${behind.padEnd(scale, '0')}`
  return /[1-9]/.test(number) ? `${minus}${number}` : number
}
