import type { Digits } from '../../shared/decimal.ts'

/**
 * SQL of the check that keeps everything out of a column but a decimal as `decimalText` writes it. It looks at the text: a
 * comparison of numbers would go by way of doubles, which SQLite does not read exactly. `null` passes, as in every check.
 */
export function decimalCheck(column: string, { precision, scale }: Digits): string {
  const value = `"${column}"`
  const behind = '[0-9]'.repeat(scale)
  const point = scale === 0 ? 0 : 1
  const zero = scale === 0 ? '0' : `0.${'0'.repeat(scale)}`
  return [
    `(${value} GLOB '[0-9]*' OR ${value} GLOB '-[0-9]*')`,
    `substr(${value}, 2) NOT GLOB '*[^0-9.]*'`,
    `${value} NOT GLOB '0[0-9]*' AND ${value} NOT GLOB '-0[0-9]*' AND ${value} <> '-${zero}'`,
    scale === 0
      ? `instr(${value}, '.') = 0`
      : `${value} GLOB '*[0-9].${behind}' AND instr(${value}, '.') = length(${value}) - ${scale}`,
    `length(ltrim(${value}, '-')) <= ${Math.max(precision, scale + 1) + point}`,
    // Where digits are all behind the point one zero stands before it.
    ...(precision === scale ? [`ltrim(${value}, '-') GLOB '0*'`] : []),
    // A text ends for GLOB and length at a zero byte.
    `length(CAST(${value} AS BLOB)) = length(${value})`,
  ].join(' AND ')
}
