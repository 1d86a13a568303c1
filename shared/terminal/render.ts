import type { JsonSchema } from '../admin/described-command.ts'
import { cleanText } from '../clean-text.ts'
import { readableLine } from '../log-line.ts'
import { offsetOf } from '../time-words.ts'
import { paint, type Style } from './paint.ts'
import { EMPTY, heading, type Showing, showValue } from './show-value.ts'
import { fitTable, type TableColumn } from './table.ts'
import { columnsOf, fitted, padded, widthOf, wrapped } from './text-width.ts'

export interface Screen {
  /** Columns of the terminal; `null` where nothing has to be cut, as in a pipe. */
  width: number | null
  now: number
  /** Colours, and a word about what there was no room for. */
  isTerminal: boolean
}

/** The screen that this process writes to. */
export function ownScreen(now: number): Screen {
  return { width: columnsOf(process.stdout), now, isTerminal: process.stdout.isTTY === true }
}

type Row = Record<string, unknown>

/** What stands above an answer, in the colour that says whether it needs somebody. */
export interface Head {
  lines: readonly string[]
  colour?: Style
}

/** An answer for a person: lists of objects as tables that fit the screen, the rest as aligned lines. */
export function render(data: unknown, schema: JsonSchema, screen: Screen, head: Head = { lines: [] }): string {
  if (isTable(data) && data.length > 0) return `${table(data, schema.items, screen).join('\n')}\n`
  if (!isRow(data)) return `${showValue(data, schema, { now: screen.now, times: 'whole' })}\n`
  const { next, ...rest } = data
  const [lifted, liftedSchema] = liftOnly(rest, schema)
  const above = headLines(head, screen)
  const below = block(lifted, liftedSchema, screen)
  const lines = [...above, ...(above.length > 0 && below.length > 0 ? [''] : []), ...below]
  if (next !== undefined) lines.push(paint('dim', `There is more: add --after ${cleanText(String(next))}`, screen))
  return `${lines.join('\n')}\n`
}

/** An answer that is one object, with lists beside it, is shown as that object: `house` above `name` tells nobody anything. */
function liftOnly(data: Row, schema: JsonSchema): [Row, JsonSchema] {
  const fields = orderedFields([data], schema)
  const [only, ...others] = fields.filter(({ name }) => !isTable(data[name]))
  const inner = only === undefined ? undefined : data[only.name]
  if (only === undefined || others.length > 0 || !isRow(inner)) return [data, schema]
  const { [only.name]: _, ...lists } = data
  const properties = { ...only.schema?.properties, ...schema.properties }
  return [{ ...inner, ...lists }, { properties }]
}

function headLines({ lines: [first, ...others], colour = 'bold' }: Head, screen: Screen): string[] {
  if (first === undefined) return []
  const room = screen.width ?? Number.POSITIVE_INFINITY
  const title = wrapped(cleanText(first), room).map((line) => paint(colour, line, screen))
  const below = others.flatMap((line) => {
    const lead = INDENT + (/^ */.exec(line)?.[0] ?? '')
    return wrapped(cleanText(line), room - lead.length).map((part) => lead + part)
  })
  return [...title, ...below]
}

/** The fields of an object in the order of the schema: what fits a line aligned, then lists and objects below their names. */
function block(data: Row, schema: JsonSchema | undefined, screen: Screen, depth = 0): string[] {
  // Inside of something larger, what is not there is not worth a line.
  const fields = orderedFields([data], schema).filter(({ name }) => depth === 0 || isThere(data[name]))
  const showing: Showing = { now: screen.now, kind: kindOf(data), times: 'glance' }
  const width = Math.max(0, ...fields.map(({ name }) => widthOf(heading(name))))
  const room = screen.width === null ? TEXT_WIDTH : Math.max(TEXT_LEAST, screen.width - width - GAP)
  const short = new Map(
    fields.map((field) => [field, oneLine(data[field.name], { field, showing, room, isPipe: screen.width === null })]),
  )
  const wide = Math.max(0, ...fields.map((field) => (short.get(field) === null ? 0 : widthOf(heading(field.name)))))
  const plain = fields.flatMap((field) => {
    const lines = short.get(field)
    return lines?.map((line, at) => `${padded(at === 0 ? heading(field.name) : '', wide + GAP)}${line}`) ?? []
  })
  const long = fields.filter((field) => short.get(field) === null)
  const below = long.flatMap((field) => longLines(data, { field, screen, depth, isAlone: fields.length === 1 }))
  return plain.length === 0 && below[0] === '' ? below.slice(1) : [...plain, ...below]
}

/** A value as the lines that stand beside its heading, or `null` where it needs lines of its own below. */
function oneLine(
  value: unknown,
  { field: { name, schema }, showing, room, isPipe }: { field: Field; showing: Showing; room: number; isPipe: boolean },
): string[] | null {
  if (isTexts(value)) return null
  if (isTable(value)) return value.length === 0 && schema?.items === undefined ? [EMPTY] : null
  if (!isRow(value))
    return wrapped(
      showValue(value, schema, { ...showing, name }),
      isPipe || schema?.format === 'to-type' ? Number.POSITIVE_INFINITY : room,
    )
  const inner = orderedFields([value], schema).filter(({ name }) => isThere(value[name]))
  if (inner.some(({ name }) => typeof value[name] === 'object')) return null
  const pairs = inner.map(
    ({ name, schema }) => `${heading(name)} ${showValue(value[name], schema, { ...showing, name })}`,
  )
  return pairs.length > INLINE ? null : wrapped(pairs.join(', ') || EMPTY, room)
}

function longLines(
  data: Row,
  { field, screen, depth, isAlone }: { field: Field; screen: Screen; depth: number; isAlone: boolean },
): string[] {
  const { name, schema } = field
  const value = data[name]
  if (isTable(value) && value.length === 0) return [noneOf(name)]
  const kind = kindOf(data)
  const inner = isAlone ? screen : narrower(screen)
  const lines = isTexts(value)
    ? value.flatMap((text) => textLines(text, schema?.items, inner))
    : isTable(value)
      ? table(value, schema?.items, { ...(depth === 0 ? screen : inner), ...(kind === undefined ? {} : { kind }) })
      : block(value as Row, schema, inner, depth + 1)
  if (isAlone) return lines
  const shown = isTable(value) && depth === 0 ? lines : indented(lines)
  return ['', paint('bold', heading(name), screen), ...shown]
}

/** That a list is empty; one of what is not so has `nothing`. */
function noneOf(name: string): string {
  const called = heading(name)
  return `${called.startsWith('not ') ? 'nothing' : 'no'} ${called}`
}

/** A text of a list: a line of the log as a person reads it, anything else cut into lines that fit. */
function textLines(text: string, schema: JsonSchema | undefined, screen: Screen): string[] {
  // Where lines are to be copied, what stands before the first word is a part of them.
  if (schema?.format === 'to-type') return [`${/^ */.exec(text)?.[0] ?? ''}${cleanText(text)}`]
  const isLog = schema?.format === 'log-line'
  const shown = isLog ? readableLine(text, { colours: screen.isTerminal }).trimEnd() : cleanText(text)
  return wrapped(shown, screen.width ?? Number.POSITIVE_INFINITY)
}

interface TableScreen extends Screen {
  /** The kind of sensor that all values of the table are from. */
  kind?: string
}

function table(rows: readonly Row[], schema: JsonSchema | undefined, screen: TableScreen): string[] {
  const all = orderedFields(rows, schema)
  // A list that is empty in every row is still one, where the schema says so.
  const nested = all.filter(({ name, schema }) =>
    rows.some(({ [name]: value }) => isTable(value) && (value.length > 0 || schema?.items?.properties !== undefined)),
  )
  const fields = all.filter((field) => nested.includes(field) || rows.some((row) => isThere(row[field.name])))
  if (nested.length > 0) return rows.flatMap((row, index) => group(row, { fields, nested, screen, index }))
  const times = timesOf(rows, fields)
  const columns = fields.map((field) => columnOf(field, rows, times))
  const cells = rows.map((row) => {
    const showing = { now: screen.now, kind: kindOf(row) ?? screen.kind, times }
    return fields.map(({ name, schema }) => showValue(row[name], schema, { ...showing, name }))
  })
  const { lines, left } = fitTable(columns, cells, screen.width)
  const [titles = '', ...body] = lines
  const painted = [paint('bold', titles, screen), ...body.map((line, index) => paintRow(line, rows[index], screen))]
  if (left.length > 0 && screen.isTerminal)
    painted.push(
      paint('dim', fitted(`--json has what there was no room for: ${left.join(', ')}`, screen.width ?? 0), screen),
    )
  return painted
}

/** A row that has a list of its own: itself as a line, and the list below it. */
function group(
  row: Row,
  { fields, nested, screen, index }: { fields: Field[]; nested: Field[]; screen: TableScreen; index: number },
): string[] {
  const showing: Showing = { now: screen.now, times: 'whole' }
  const plain = fields.filter((field) => !nested.includes(field) && isThere(row[field.name]))
  const head = plain.map(({ name, schema }) => showValue(row[name], schema, { ...showing, name })).join('  ')
  const kind = kindOf(row)
  const inner = { ...narrower(screen), ...(kind === undefined ? {} : { kind }) }
  const below = nested.flatMap(({ name, schema }) => {
    const list = row[name]
    return isTable(list) && list.length > 0 ? table(list, schema?.items, inner) : [noneOf(name)]
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

function columnOf(field: Field, rows: readonly Row[], times: Showing['times']): TableColumn {
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
  return typeof value !== 'object' || value instanceof Date || Object.values(value).some(isThere)
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

/** Texts that are read one below the other. */
function isTexts(value: unknown): value is string[] {
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) return false
  return value.some((text) => text.length > SHORT_TEXT)
}

function isTable(value: unknown): value is Row[] {
  return Array.isArray(value) && value.every(isRow)
}

const INDENT = '  '
const GAP = 2
/** Where nothing says how wide the screen is, an object is still read better on several lines than on one longer than this. */
const TEXT_WIDTH = 100
const TEXT_LEAST = 20
const SHORT_TEXT = 40
/** An object with more values than this is read better as a block. */
const INLINE = 8

function indented(lines: string[]): string[] {
  return lines.map((line) => (line === '' ? line : INDENT + line))
}

function narrower(screen: TableScreen): TableScreen {
  return { ...screen, width: screen.width === null ? null : Math.max(20, screen.width - INDENT.length) }
}
