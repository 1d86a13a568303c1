import type { CentralColumn, CentralReference, CentralTable } from '../store/central-shape.ts'

/** The columns central has, by table. What is not there yet goes into `extra`. */
export type CentralLayout = ReadonlyMap<string, ReadonlySet<string>>

/** The epoch of the row that another row refers to. */
export interface ReferencedEpoch {
  /** Where the key of the row stands among the selected columns. */
  at: number
  /** The table it is a row of. */
  target: string
  /** The column of the epoch. */
  name: string
}

/** How a table of the house fits the one that central has. */
export interface TableFit {
  /** Columns to select, in this order: first those that central has. */
  select: string[]
  known: CentralColumn[]
  unknown: CentralColumn[]
  /** Epochs that central has a column for. */
  epochs: ReferencedEpoch[]
  unknownEpochs: ReferencedEpoch[]
  /** Whether something has no column. */
  hasExtra: boolean
}

export function fitCentral(table: CentralTable, layout: CentralLayout): TableFit {
  const there = layout.get(table.name) ?? new Set<string>()
  const known = table.columns.filter(({ name }) => there.has(name))
  const unknown = table.columns.filter(({ name }) => !there.has(name))
  const select = [...known, ...unknown].map(({ name }) => name)
  const epochOf = ({ column, epochColumn, table: target }: CentralReference): ReferencedEpoch[] =>
    epochColumn === null ? [] : [{ at: select.indexOf(column), target, name: epochColumn }]
  const all = table.references.flatMap(epochOf)
  const epochs = all.filter(({ name }) => there.has(name))
  const unknownEpochs = all.filter(({ name }) => !there.has(name))
  return { select, known, unknown, epochs, unknownEpochs, hasExtra: unknown.length + unknownEpochs.length > 0 }
}
