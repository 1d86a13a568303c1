import {
  type CentralColumn,
  type CentralReference,
  type CentralTable,
  isAppend,
  isVersioned,
} from '../store/central-shape.ts'
import { type Chain, foldNumber, foldReal } from './chain.ts'

/** The columns central has, by table. What is not there yet goes into `extra`. */
export type CentralLayout = ReadonlyMap<string, ReadonlySet<string>>

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

export type EpochOf = (table: string, key: number) => number

const TIME_COLUMNS = ['received_at', 'created_at']

/** Where the time stands at which a row was stored: for how far behind a stream is. */
export function storedAt(table: CentralTable): string | null {
  return TIME_COLUMNS.find((name) => table.columns.some((column) => column.name === name)) ?? table.partition
}

/** `through` says how rows travel: by their own cursor, or by the change log, which adds epoch, version and whether they are gone. */
export function rowEncoder(
  table: CentralTable,
  { layout, through, epochOf }: { layout: CentralLayout; through: 'cursor' | 'log'; epochOf: EpochOf },
): RowEncoder {
  const there = layout.get(table.name) ?? new Set<string>()
  const known = table.columns.filter(({ name }) => there.has(name))
  const unknown = table.columns.filter(({ name }) => !there.has(name))
  const epochs = table.references.filter(({ epochColumn }) => epochColumn !== null)
  const references = epochs.filter(({ epochColumn }) => there.has(epochColumn ?? ''))
  const select = [...known, ...unknown].map(({ name }) => name)
  const encoders = known.map(({ kind }) => encoderOf(kind))
  const folded = table.columns
    .filter(({ kind }) => kind === 'integer' || kind === 'time' || kind === 'real')
    .filter(({ name }) => table.kind === 'append' || [table.key, table.partition, storedAt(table)].includes(name))
    .map(({ name, kind }) => ({ at: select.indexOf(name), fold: kind === 'real' ? foldReal : foldNumber }))
  const whereOf = ({ column, epochColumn, table: target }: CentralReference) => ({
    ...{ at: select.indexOf(column), target, name: epochColumn ?? '' },
  })
  const referenceAt = references.map(whereOf)
  const unknownEpochs = epochs.filter((reference) => !references.includes(reference)).map(whereOf)
  const hasExtra = unknown.length + unknownEpochs.length > 0
  const logged = through === 'log'
  const stage: StageColumn[] = [
    ...known.map(({ name, kind, type }) => ({
      name,
      type: kind === 'time' ? 'bigint' : type,
      role: kind === 'time' ? ('time' as const) : ('value' as const),
    })),
    ...references.map(({ epochColumn }) => ({ name: epochColumn ?? '', type: 'integer', role: 'value' as const })),
    ...(hasExtra ? [{ name: 'extra', type: 'jsonb', role: 'value' as const }] : []),
    ...(logged && isAppend(table) ? [{ name: 'epoch', type: 'integer', role: 'own' as const }] : []),
    ...(logged && isVersioned(table) ? [{ name: 'sync_seq', type: 'bigint', role: 'own' as const }] : []),
    ...(logged && !isAppend(table) ? [{ name: 'gone', type: 'boolean', role: 'own' as const }] : []),
  ]

  /** Nothing is said of a column without a value, unless central's column, once it is there, would have one by itself. */
  function extraOf(row: unknown[]): string {
    const extra: Record<string, unknown> = {}
    for (const [index, { name, kind, default: usual }] of unknown.entries()) {
      const value = extraValue(kind, row[known.length + index] ?? null)
      if (value !== null || usual !== null) extra[name] = value
    }
    for (const { at, target, name } of unknownEpochs)
      if (row[at] !== null) extra[name] = epochOf(target, row[at] as number)
    return copyText(JSON.stringify(extra))
  }

  function tail({ epoch, seq }: OwnValues, gone: boolean): string {
    if (!logged) return '\n'
    return `${isAppend(table) ? `\t${epoch}` : ''}${isVersioned(table) ? `\t${seq}` : ''}${isAppend(table) ? '' : `\t${gone ? 't' : 'f'}`}\n`
  }

  return {
    table,
    select,
    stage,
    line(row, own) {
      let text = ''
      for (let index = 0; index < encoders.length; index++) {
        const value = row[index]
        if (index > 0) text += '\t'
        text += value === null ? NULL : (encoders[index] as Encoder)(value)
      }
      for (const { at, target } of referenceAt) {
        const key = row[at]
        text += `\t${key === null ? NULL : epochOf(target, key as number)}`
      }
      if (hasExtra) text += `\t${extraOf(row)}`
      return text + tail(own, false)
    },
    gone(key, own) {
      const values = known.map(({ name }) => (name === table.key ? copyText(key) : NULL))
      for (const _ of references) values.push(NULL)
      if (hasExtra) values.push(NULL)
      return values.join('\t') + tail(own, true)
    },
    fold(chain, row) {
      for (const { at, fold } of folded) {
        const value = row[at]
        if (value !== null) fold(chain, value as number)
      }
    },
  }
}

type Encoder = (value: unknown) => string

const NULL = '\\N'

function encoderOf(kind: CentralColumn['kind']): Encoder {
  switch (kind) {
    case 'text':
    case 'decimal':
    case 'json':
      return (value) => copyText(value as string)
    case 'flag':
      return (value) => (value === 0 ? 'f' : 't')
    case 'blob':
      return (value) => `\\\\x${(value as Buffer).toString('hex')}`
    default:
      return (value) => String(value)
  }
}

const SPECIAL = /[\\\t\n\r]/
const SPECIALS = /[\\\t\n\r]/g
const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function copyText(text: string): string {
  return SPECIAL.test(text) ? text.replace(SPECIALS, (character) => ESCAPES[character] ?? character) : text
}

/** A value that central has no column for, as JSON: numbers and texts as they are, JSON as itself. */
function extraValue(kind: CentralColumn['kind'], value: unknown): unknown {
  if (value === null) return null
  if (kind === 'json') return parsed(value as string)
  if (kind === 'flag') return value === 1
  return kind === 'blob' ? (value as Buffer).toString('hex') : value
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text // what is no JSON is kept as the text it is
  }
}
