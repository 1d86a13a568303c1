import type { JsonSchema } from '../shared/admin/described-command.ts'
import { cleanText } from '../shared/clean-text.ts'
import { offsetOf } from '../shared/time-words.ts'
import { paint } from './paint.ts'
import { heading, type Showing, showValue } from './show-value.ts'
import { type Column, fitTable } from './table.ts'
import { fitted } from './text-width.ts'

export interface Screen {
  /** Columns of the terminal; `null` where nothing has to be cut, as in a pipe. */
  width: number | null
  now: number
  /** Colours, and a word about what there was no room for. */
  isTerminal: boolean
}

type Row = Record<string, unknown>

/** An answer for a person: lists of objects as tables that fit the screen, the rest as aligned lines. */
export function render(data: unknown, schema: JsonSchema, screen: Screen): string {
  if (!isRow(data)) return `${showValue(data, schema, { now: screen.now, times: 'whole' })}\n`
  const { next, ...rest } = data
  const lines = block(rest, schema, screen)
  if (next !== undefined) lines.push(paint('dim', `There is more: add --after ${cleanText(String(next))}`, screen))
  return `${lines.join('\n')}\n`
}

/** The fields of an object in the order of the schema: plain ones aligned, lists and objects below their names. */
function block(data: Row, schema: JsonSchema | undefined, screen: Screen): string[] {
  const fields = orderedFields([data], schema)
  const plain = fields.filter(({ name }) => !isTable(data[name]) && !isRow(data[name]))
  const width = Math.max(0, ...plain.map(({ name }) => heading(name).length))
  const kind = kindOf(data)
  const alone = fields.length === 1
  return fields.flatMap(({ name, schema }) => {
    const value = data[name]
    if (isTable(value)) {
      if (value.length === 0) return [`no ${heading(name)}`]
      const lines = table(value, schema?.items, { ...screen, ...(kind === undefined ? {} : { kind }) })
      return alone ? lines : ['', paint('bold', heading(name), screen), ...lines]
    }
    if (isRow(value))
      return ['', paint('bold', heading(name), screen), ...indented(block(value, schema, narrower(screen)))]
    const shown = showValue(value, schema, { now: screen.now, kind, times: 'glance' })
    return [`${heading(name).padEnd(width)}  ${shown}`]
  })
}

interface TableScreen extends Screen {
  /** The kind of sensor that all values of the table are from. */
  kind?: string
}

function table(rows: readonly Row[], schema: JsonSchema | undefined, screen: TableScreen): string[] {
  const fields = orderedFields(rows, schema).filter(({ name }) => rows.some((row) => isThere(row[name])))
  const nested = fields.filter(({ name }) => rows.some((row) => isTable(row[name]) && row[name].length > 0))
  if (nested.length > 0) return rows.flatMap((row, index) => group(row, { fields, nested, screen, index }))
  const times = timesOf(rows, fields)
  const columns = fields.map((field) => columnOf(field, rows, times))
  const cells = rows.map((row) => {
    const showing = { now: screen.now, kind: kindOf(row) ?? screen.kind, times }
    return fields.map(({ name, schema }) => showValue(row[name], schema, showing))
  })
  const { lines, left } = fitTable(columns, cells, screen.width)
  const [titles = '', ...body] = lines
  const painted = [paint('bold', titles, screen), ...body.map((line, index) => paintRow(line, rows[index], screen))]
  if (left.length > 0 && screen.isTerminal)
    painted.push(paint('dim', fitted(`no room for: ${left.join(', ')} (--json has all)`, screen.width ?? 0), screen))
  return painted
}

/** A row that has a list of its own: itself as a line, and the list below it. */
function group(
  row: Row,
  { fields, nested, screen, index }: { fields: Field[]; nested: Field[]; screen: TableScreen; index: number },
): string[] {
  const showing: Showing = { now: screen.now, times: 'whole' }
  const plain = fields.filter((field) => !nested.includes(field) && isThere(row[field.name]))
  const head = plain.map(({ name, schema }) => showValue(row[name], schema, showing)).join('  ')
  const kind = kindOf(row)
  const inner = { ...narrower(screen), ...(kind === undefined ? {} : { kind }) }
  const below = nested.flatMap(({ name, schema }) => {
    const list = row[name]
    return isTable(list) && list.length > 0 ? table(list, schema?.items, inner) : [`no ${heading(name)}`]
  })
  const title = screen.width === null ? head : fitted(head, screen.width)
  return [...(index === 0 ? [] : ['']), paint('bold', title, screen), ...indented(below)]
}

/** A list that begins with times is read down: each whole, and their zone above unless it changes among them. */
function timesOf(rows: readonly Row[], fields: readonly Field[]): Showing['times'] {
  const times = fields.filter(isTime)
  if (fields[0] === undefined || fields[0] !== times[0]) return 'glance'
  return times.every(({ name }) => zoneOf(rows, name) !== null) ? 'log' : 'whole'
}

function columnOf(field: Field, rows: readonly Row[], times: Showing['times']): Column {
  const { name } = field
  const right = !isTime(field) && rows.every((row) => !isThere(row[name]) || typeof row[name] === 'number')
  const zone = isTime(field) && times === 'log' ? ` (${zoneOf(rows, name)})` : ''
  return { title: heading(name) + zone, right, shrinks: !right && !isTime(field) && field.schema?.format !== 'id' }
}

function isTime({ schema }: Field): boolean {
  return schema?.format === 'time'
}

/** The one zone of all times of a column, or `null`. */
function zoneOf(rows: readonly Row[], name: string): string | null {
  const zones = new Set(rows.flatMap((row) => (typeof row[name] === 'number' ? [offsetOf(row[name])] : [])))
  return zones.size === 1 ? ([...zones][0] ?? null) : null
}

/** Words that say at a glance whether a row needs somebody. */
const COLOURS: ReadonlyMap<unknown, 'green' | 'yellow' | 'red' | 'dim'> = new Map([
  ['online', 'green'],
  ['offline', 'yellow'],
  ['error', 'red'],
  ['critical', 'red'],
  ['warning', 'yellow'],
  ['debug', 'dim'],
])

function paintRow(line: string, row: Row | undefined, screen: Screen): string {
  const colour = COLOURS.get(row?.status ?? row?.severity)
  return colour === undefined ? line : paint(colour, line, screen)
}

interface Field {
  name: string
  schema: JsonSchema | undefined
}

/** What the schema names, in its order, then what it does not. */
function orderedFields(rows: readonly Row[], schema: JsonSchema | undefined): Field[] {
  const known = valueSchema(schema)?.properties ?? {}
  const there = new Set(rows.flatMap((row) => Object.keys(row)))
  const extra = [...there].filter((name) => !Object.hasOwn(known, name))
  return [...Object.keys(known).filter((name) => there.has(name)), ...extra].map((name) => ({
    name,
    schema: valueSchema(Object.hasOwn(known, name) ? known[name] : undefined),
  }))
}

/** What may be null is shown as what it is otherwise. */
function valueSchema(schema: JsonSchema | undefined): JsonSchema | undefined {
  return schema?.anyOf?.find(({ type }) => type !== 'null') ?? schema
}

function kindOf(row: Row): string | undefined {
  return typeof row.sensor_type === 'string' ? row.sensor_type : undefined
}

function isThere(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return false
  return !(typeof value === 'object' && Object.keys(value).length === 0)
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTable(value: unknown): value is Row[] {
  return Array.isArray(value) && value.every(isRow)
}

const INDENT = '  '

function indented(lines: string[]): string[] {
  return lines.map((line) => (line === '' ? line : INDENT + line))
}

function narrower(screen: TableScreen): TableScreen {
  return { ...screen, width: screen.width === null ? null : Math.max(20, screen.width - INDENT.length) }
}
