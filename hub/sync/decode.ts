import { decimalText } from '../../shared/decimal.ts'
import type { FetchedValue } from '../engine/lost-rows.ts'
import type { CentralColumn, CentralTable } from '../store/central-shape.ts'
import type { EpochOf } from './extra-columns.ts'
import type { Row } from './postgres.ts'
import { type CentralLayout, fitCentral } from './table-fit.ts'

/** How rows of central become rows of the house again: the reverse of `rowEncoder`. */
export interface RowDecoder {
  /** What to select of the row `t`. */
  select: string
  /** The house's columns, in the order in which `values` has them. */
  columns: string[]
  /** Throws when a value is none of its column's kind. */
  values(row: Row): FetchedValue[]
  /** Whether the rows that it refers to by key are still those of the same epoch: a key may have been given again under another. */
  isOfEpochs(row: Row): boolean
}

export function rowDecoder(
  table: CentralTable,
  { layout, epochOf }: { layout: CentralLayout; epochOf: EpochOf },
): RowDecoder {
  const { known, unknown, epochs, select } = fitCentral(table, layout)
  const there = layout.get(table.name)?.has('extra') === true
  const own = known.map(({ name, kind }) => `${selected(name, kind)} AS "${name}"`)
  const others = [...epochs.map(({ name }) => `t."${name}"`), ...(there ? ['t."extra"'] : [])]
  return {
    select: [...own, ...others].join(', '),
    columns: select,
    values(row) {
      const extra = (row.extra ?? {}) as Record<string, unknown>
      return [
        ...known.map((column) => houseValue(column, row[column.name])),
        ...unknown.map((column) => extraValue(column, extra[column.name])),
      ]
    },
    isOfEpochs: (row) =>
      epochs.every(({ at, target, name }) => {
        const key = houseValue(known[at] as CentralColumn, row[select[at] as string])
        return key === null || Number(row[name]) === epochOf(target, Number(key))
      }),
  }
}

function selected(name: string, kind: CentralColumn['kind']): string {
  if (kind === 'time') return `round(extract(epoch FROM t."${name}") * 1000)::bigint`
  return kind === 'json' ? `t."${name}"::text` : `t."${name}"`
}

function houseValue({ name, kind, digits }: CentralColumn, value: unknown): FetchedValue {
  if (value === null || value === undefined) return null
  switch (kind) {
    case 'text':
      return String(value)
    case 'json':
      // Postgres writes it with blanks.
      return JSON.stringify(JSON.parse(String(value)))
    case 'flag':
      return value === true ? 1 : 0
    case 'blob':
      return value as Uint8Array
    case 'decimal': {
      const text = digits ? decimalText(value, digits) : null
      if (text !== null) return text
      break
    }
    default: {
      const number = Number(value)
      if (!Number.isNaN(number)) return number
    }
  }
  throw new Error(`${name} at central is no ${kind}`)
}

/** What a row has of a column that central does not know; `undefined` where it was sent by a hub that did not know it either. */
function extraValue({ name, kind, default: usual }: CentralColumn, value: unknown): FetchedValue {
  if (value === undefined) return usual === null ? null : undefined
  if (value === null) return null
  if (kind === 'json') return JSON.stringify(value)
  if (kind === 'blob') return Buffer.from(String(value), 'hex')
  if (kind === 'flag') return value === true ? 1 : 0
  if (typeof value === 'string' || typeof value === 'number') return value
  throw new Error(`${name} at central is no ${kind}`)
}
