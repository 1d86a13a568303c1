import { type ListRow, ROW_CHARS } from './list-row.ts'
import { TextInPieces } from './text-in-pieces.ts'

/** What an object calls the list in it. */
const LISTS = /^\s*\{[^[{]*?"(?:devices|old_devices|rows|items|data)"\s*:\s*\[/
/** Of what stands before the list. */
const HEAD_CHARS = 65_536

const MEND = 'Write it as JSON: {"name": "Lamp", "type": "light"}, with a comma before the next.'

/** Rows of JSON: a list of objects, an object that has one, or one object after the other, each in its line. */
export function* jsonRows(chunks: Iterable<string>): Generator<ListRow> {
  const text = new TextInPieces(chunks)
  while (!text.isWhole && text.ahead.length < HEAD_CHARS) text.grow()
  text.take((LISTS.exec(text.ahead)?.[0] ?? /^\s*\[?/.exec(text.ahead)?.[0] ?? '').length)
  while (true) {
    text.take(/^[\s,]*/.exec(text.ahead)?.[0].length ?? 0)
    // Behind the end of the list nothing is a device.
    if (text.ahead.startsWith(']') || (text.ahead === '' && text.isWhole)) return
    let end = text.ahead === '' ? null : endOfValue(text.ahead, text.isWhole)
    if (end === null && text.ahead.length <= ROW_CHARS && !text.isWhole) {
      text.grow()
      continue
    }
    const { line } = text
    end ??= NONE
    const record = end === NONE ? null : parsed(text.ahead.slice(0, end))
    if (record !== null) yield { line, record }
    else yield { line, fault: end === NONE ? 'has no end' : 'is no JSON object', hint: MEND }
    if (end === NONE) text.skipTo(NEXT_OBJECT)
    else text.take(end)
  }
}

/** Instead of the end of a value that has none. */
const NONE = -1
/** Where whoever lost the thread finds it again: a line that begins with an object. */
const NEXT_OBJECT = /(?:\r\n?|\n)[ \t]*(?=\{)/

/** Where the value ends with which a text begins; `null`: its end is not there yet; `NONE`: it has none. */
function endOfValue(text: string, isWhole: boolean): number | null {
  if (!/^[[{]/.test(text)) {
    const end = /[,\]\r\n]/.exec(text)?.index
    return end === 0 ? 1 : (end ?? (isWhole ? text.length : null))
  }
  const open: string[] = []
  let isText = false
  for (let end = 0; end < text.length; end += 1) {
    const character = text.charAt(end)
    if (isText && character === '\\') end += 1
    else if (character === '"') isText = !isText
    // No text of JSON goes over the end of its line: its quote is missing.
    else if (isText && (character === '\n' || character === '\r')) return NONE
    else if (!isText && (character === '{' || character === '[')) open.push(character === '{' ? '}' : ']')
    else if (!isText && (character === '}' || character === ']') && open.pop() !== character) return NONE
    if (open.length === 0) return end + 1
  }
  return null
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
