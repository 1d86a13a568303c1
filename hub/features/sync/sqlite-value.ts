import { decimalText } from '../../../shared/decimal.ts'
import type { CentralColumn } from '../../store/central-shape.ts'

/** A value of JSON as SQLite keeps it in a column. Throws when it does not fit, naming the column. */
export function sqliteValue({ name, kind, digits }: CentralColumn, value: unknown): string | number | null {
  if (value === null) return null
  switch (kind) {
    case 'json':
      return JSON.stringify(value)
    case 'flag':
      if (typeof value === 'boolean') return value ? 1 : 0
      break
    case 'integer':
      if (Number.isSafeInteger(value)) return value as number
      break
    case 'real':
      if (typeof value === 'number') return value
      break
    case 'decimal': {
      const text = digits ? decimalText(value, digits) : null
      if (text !== null) return text
      break
    }
    case 'text':
      if (typeof value === 'string') return value
      break
    case 'time': {
      if (Number.isSafeInteger(value)) return value as number
      const parsed = typeof value === 'string' ? Date.parse(value) : Number.NaN
      if (Number.isFinite(parsed)) return parsed
      break
    }
    case 'blob':
  }
  throw new Error(`${name} is no ${kind === 'flag' ? 'true or false' : kind}`)
}
