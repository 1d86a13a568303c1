import { language } from './words.ts'

const formats = new Map<string, Intl.NumberFormat>()

/** As many digits as say something: `21.4`, `1,013`, `0.034`. */
export function numberWords(value: number): string {
  const size = Math.abs(value)
  const digits = size === 0 || size >= 1_000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4
  const key = `${language.value} ${digits}`
  const known = formats.get(key) ?? new Intl.NumberFormat(language.value, { maximumFractionDigits: digits })
  formats.set(key, known)
  return known.format(value)
}

/** `21.4 °C`; a unit of one sign such as `%` stands behind a narrow blank too. */
export function withUnit(value: number, unit: string): string {
  return unit === '' ? numberWords(value) : `${numberWords(value)}\u202f${unit}`
}

/** `1.4 GB`. */
export function bytesWords(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (Math.abs(value) >= 1_000 && unit < units.length - 1) {
    value /= 1_000
    unit += 1
  }
  return withUnit(Number(value.toPrecision(3)), units[unit] ?? 'B')
}
