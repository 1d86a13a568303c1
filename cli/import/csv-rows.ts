import { LaresError } from '../../shared/errors.ts'
import { hasColumn } from './list-columns.ts'
import { type ListRow, nextLine, ROW_CHARS } from './list-row.ts'
import { TextInPieces } from './text-in-pieces.ts'

/** What separates cells, as spreadsheets write them: by the language of the machine, or as text. */
const SEPARATORS = [',', ';', '\t', '|'] as const

interface Cells {
  cells: string[]
  /** Where the next row begins. */
  end: number
}

type Read = Cells | { fault: string } | null

const NO_END = 'a quote has no end'
const TOO_LONG = `is longer than ${ROW_CHARS} characters`
const MEND = 'Put a text with separators in quotes, and write a quote in it twice.'

/** Rows of a CSV file (RFC 4180) by the names of its first line. A row that cannot be read costs itself and no other. */
export function* csvRows(chunks: Iterable<string>): Generator<ListRow> {
  let header: string[] | null = null
  let separator: string | null = null
  for (const { line, read, text } of rowsOf(chunks, (start) => (separator ??= separatorOf(start)))) {
    if ('fault' in read) {
      if (header === null) throw new LaresError('bad_params', `line ${line}: ${read.fault}`, { hint: MEND })
      yield { line, fault: read.fault, hint: MEND }
    } else if (header === null) {
      if (/^sep=.$/.test(text)) separator = text.charAt(4)
      else if (read.cells.some((cell) => cell !== '')) header = headerOf(read.cells)
    } else if (read.cells.some((cell) => cell !== '')) yield rowOf(line, header, read.cells)
  }
}

function headerOf(cells: readonly string[]): string[] {
  const header = cells.map((cell) => cell.trim())
  if (hasColumn(header, 'name')) return header
  throw new LaresError('bad_params', 'no column is called name', {
    hint: 'Write what the columns are above the first row: name,type,brand,api_config',
  })
}

function rowOf(line: number, header: readonly string[], cells: readonly string[]): ListRow {
  // A separator too many at the end is one that spreadsheets write.
  if (cells.slice(header.length).some((cell) => cell !== ''))
    return { line, fault: `has ${cells.length} cells, and the first line has ${header.length}`, hint: MEND }
  return { line, record: Object.fromEntries(header.map((name, at) => [name, cells[at] ?? ''])) }
}

/** The rows one after the other, each with the line in which it begins and its text. */
function* rowsOf(
  chunks: Iterable<string>,
  separatorFor: (text: string) => string,
): Generator<{ line: number; read: Cells | { fault: string }; text: string }> {
  const text = new TextInPieces(chunks)
  while (!text.isWhole || text.ahead !== '') {
    const { ahead, line, isWhole } = text
    const hasLine = isWhole || ahead.search(/[\r\n]./s) >= 0
    let read: Read = hasLine ? readCells(ahead, separatorFor(ahead), isWhole) : null
    if (read === null && ahead.length > ROW_CHARS) read = { fault: hasLine ? NO_END : TOO_LONG }
    if (read === null) text.grow()
    else if ('fault' in read) {
      text.skipTo(/\r\n?|\n/)
      yield { line, read, text: '' }
    } else yield { line, read, text: text.take(read.end).trim() }
  }
}

function separatorOf(text: string): string {
  const first = text.slice(0, nextLine(text, 0)).replace(/"(?:[^"]|"")*"/g, '')
  const [most = ','] = SEPARATORS.toSorted((a, b) => first.split(b).length - first.split(a).length)
  return most
}

/** The first row of a text; `null`: its end is not there yet. */
function readCells(text: string, separator: string, isLast: boolean): Read {
  const cells: string[] = []
  let at = 0
  while (true) {
    const cell = readCell(text, { at, separator, isLast })
    if (cell === null || 'fault' in cell) return cell
    cells.push(cell.value)
    if (text.charAt(cell.end) === separator) {
      at = cell.end + 1
      continue
    }
    // The other half of what ends a line may still come.
    if (!isLast && cell.end >= text.length - 1) return null
    return { cells, end: nextLine(text, cell.end) }
  }
}

interface Place {
  at: number
  separator: string
  isLast: boolean
}

function readCell(
  text: string,
  { at, separator, isLast }: Place,
): { value: string; end: number } | { fault: string } | null {
  const begin = at + (/^ *(?=")/.exec(text.slice(at, at + 100))?.[0].length ?? 0)
  if (text.charAt(begin) === '"') return quoted(text, { at: begin, separator, isLast })
  const written = text.charAt(begin) === '{' ? endOfObject(text, begin) : begin
  let end = written
  while (end < text.length && !isEnd(text.charAt(end), separator)) end += 1
  if (end === text.length && !isLast) return null
  return { value: text.slice(begin, end).trim(), end }
}

function quoted(
  text: string,
  { at, separator, isLast }: Place,
): { value: string; end: number } | { fault: string } | null {
  let close = text.indexOf('"', at + 1)
  while (close >= 0 && text.charAt(close + 1) === '"') close = text.indexOf('"', close + 2)
  if (close < 0) return isLast ? { fault: NO_END } : null
  let end = close + 1
  while (text.charAt(end) === ' ') end += 1
  if (end >= text.length && !isLast) return null
  if (end < text.length && !isEnd(text.charAt(end), separator)) return { fault: 'text stands behind a closing quote' }
  return { value: text.slice(at + 1, close).replaceAll('""', '"'), end }
}

function isEnd(character: string, separator: string): boolean {
  return character === separator || character === '\n' || character === '\r'
}

/** Behind a JSON object that somebody wrote into a cell without quotes around it; its beginning where it has no end in its line. */
function endOfObject(text: string, at: number): number {
  let depth = 0
  let isText = false
  for (let end = at; end < text.length; end += 1) {
    const character = text.charAt(end)
    if (character === '\n' || character === '\r') return at
    if (isText && character === '\\') end += 1
    else if (character === '"') isText = !isText
    else if (!isText && (character === '{' || character === '[')) depth += 1
    else if (!isText && (character === '}' || character === ']')) depth -= 1
    if (depth === 0) return end + 1
  }
  return at
}
