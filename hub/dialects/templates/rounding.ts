/** Digits behind the point of which a float has none that would be rounded. */
const MOST_DIGITS = 60

/**
 * Python's `round(value, digits)`: to the nearest decimal of what the float really is, and between two to the even one, so
 * that 2.5 is 2 and 2.675, which is less than it looks, is 2.67. Negative digits round to tens and hundreds.
 */
export function roundHalfEven(value: number, digits: number): number {
  if (!Number.isFinite(value) || digits > MOST_DIGITS) return value
  if (digits < 0) {
    const unit = 10 ** -digits
    return Number.isFinite(unit) ? roundHalfEven(value / unit, 0) * unit : 0
  }
  if (Math.abs(value) >= 1e21) return value
  const text = Math.abs(value).toFixed(digits)
  // More digits than it has: what follows the last one kept is a five and nothing else exactly between two.
  const exact = Math.abs(value).toFixed(Math.min(digits + 40, 100))
  const rest = exact.slice(digits === 0 ? exact.indexOf('.') + 1 : exact.indexOf('.') + 1 + digits)
  const isBetween = /^50*$/.test(rest)
  const isOdd = Number(text.at(-1)) % 2 === 1
  const rounded = isBetween && isOdd ? Number(exact.slice(0, exact.length - rest.length)) : Number(text)
  return value < 0 || Object.is(value, -0) ? -rounded : rounded
}
