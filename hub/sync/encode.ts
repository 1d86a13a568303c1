import { type CentralTable, isAppend, isVersioned } from '../store/central-shape.ts'
import { type Chain, foldNumber, foldReal } from './chain.ts'
import { COPY_NULL, type CopyEncoder, copyEncoder, copyText } from './copy-text.ts'
import { type EpochOf, extraWriter } from './extra-columns.ts'
import { type CentralLayout, fitCentral, type TableFit } from './table-fit.ts'

/** A column of the temporary table into which rows are copied, and how its value is made there and in the merge. */
export interface StageColumn {
  name: string
  type: string
  /**
   * `time`: travels as integer milliseconds. `own`: is no column of the hub's table but says something of its row (epoch,
   * sync_seq, gone); a table may well have a column of that name.
   */
  role: 'value' | 'time' | 'own'
}

/** How rows of one table become lines of COPY's text format, and which columns those have. */
export interface RowEncoder {
  table: CentralTable
  /** Columns to select, in the order in which `line` takes them. */
  select: string[]
  stage: StageColumn[]
  /** One line, with its newline. `row` holds the selected columns. */
  line(row: unknown[], own: OwnValues): string
  /** Line of a row that is gone: its key alone. */
  gone(key: string, own: OwnValues): string
  /**
   * Folds what identifies the row into a chain: its numbers and times. Where rows may be marked later only those that stay,
   * or a mark between a lost reply and the next handshake would look like another house. `row` holds the selected columns.
   */
  fold(chain: Chain, row: unknown[]): void
}

/** What a row has at central beyond its own columns. */
export interface OwnValues {
  /** Of the row's key, for append-only tables. */
  epoch: number
  /** Of the change, for rows that went through the change log; 0 for a first write. */
  seq: number
}

const TIME_COLUMNS = ['received_at', 'created_at']

/** Where the time stands at which a row was stored: for how far behind a stream is. */
export function storedAt(table: CentralTable): string | null {
  return TIME_COLUMNS.find((name) => table.columns.some((column) => column.name === name)) ?? table.partition
}

/** By their own cursor, or by the change log, which adds epoch, version and whether they are gone. */
type Through = 'cursor' | 'log'

export function rowEncoder(
  table: CentralTable,
  { layout, through, epochOf }: { layout: CentralLayout; through: Through; epochOf: EpochOf },
): RowEncoder {
  const fit = fitCentral(table, layout)
  const { select, known, epochs, hasExtra } = fit
  const encoders = known.map(({ kind }) => copyEncoder(kind))
  const extraOf = extraWriter(fit, epochOf)
  const tail = through === 'log' ? logTail(table) : () => '\n'
  return {
    table,
    select,
    stage: stageOf(table, fit, through),
    line(row, own) {
      let text = ''
      for (let index = 0; index < encoders.length; index++) {
        const value = row[index]
        if (index > 0) text += '\t'
        text += value === null ? COPY_NULL : (encoders[index] as CopyEncoder)(value)
      }
      for (const { at, target } of epochs) {
        const key = row[at]
        text += `\t${key === null ? COPY_NULL : epochOf(target, key as number)}`
      }
      if (hasExtra) text += `\t${extraOf(row)}`
      return text + tail(own, false)
    },
    gone(key, own) {
      const values = known.map(({ name }) => (name === table.key ? copyText(key) : COPY_NULL))
      for (const _ of epochs) values.push(COPY_NULL)
      if (hasExtra) values.push(COPY_NULL)
      return values.join('\t') + tail(own, true)
    },
    fold: identityFold(table, select),
  }
}

/** The columns in the order in which a line has them. */
function stageOf(table: CentralTable, { known, epochs, hasExtra }: TableFit, through: Through): StageColumn[] {
  const logged = through === 'log'
  return [
    ...known.map(
      ({ name, kind, type }): StageColumn =>
        kind === 'time' ? { name, type: 'bigint', role: 'time' } : { name, type, role: 'value' },
    ),
    ...epochs.map(({ name }): StageColumn => ({ name, type: 'integer', role: 'value' })),
    ...(hasExtra ? [{ name: 'extra', type: 'jsonb', role: 'value' as const }] : []),
    ...(logged && isAppend(table) ? [{ name: 'epoch', type: 'integer', role: 'own' as const }] : []),
    ...(logged && isVersioned(table) ? [{ name: 'sync_seq', type: 'bigint', role: 'own' as const }] : []),
    ...(logged && !isAppend(table) ? [{ name: 'gone', type: 'boolean', role: 'own' as const }] : []),
  ]
}

/** The end of a line that goes through the change log. */
function logTail(table: CentralTable): (own: OwnValues, gone: boolean) => string {
  const [append, versioned] = [isAppend(table), isVersioned(table)]
  return ({ epoch, seq }, gone) =>
    `${append ? `\t${epoch}` : ''}${versioned ? `\t${seq}` : ''}${append ? '' : `\t${gone ? 't' : 'f'}`}\n`
}

function identityFold(table: CentralTable, select: readonly string[]): RowEncoder['fold'] {
  const folded = table.columns
    .filter(({ kind }) => kind === 'integer' || kind === 'time' || kind === 'real')
    .filter(({ name }) => table.kind === 'append' || [table.key, table.partition, storedAt(table)].includes(name))
    .map(({ name, kind }) => ({ at: select.indexOf(name), fold: kind === 'real' ? foldReal : foldNumber }))
  return (chain, row) => {
    for (const { at, fold } of folded) {
      const value = row[at]
      if (value !== null) fold(chain, value as number)
    }
  }
}
