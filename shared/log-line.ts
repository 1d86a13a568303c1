import { cleanText } from './clean-text.ts'
import { withoutUnit } from './terminal/named-unit.ts'
import { showValue } from './terminal/show-value.ts'

/** How a level stands out: nothing for what is as it should be. SGR codes of ECMA-48. */
const LEVELS: Readonly<Record<number, { word: string; colour: string }>> = {
  20: { word: 'debug', colour: '2' },
  30: { word: '', colour: '' },
  40: { word: 'warning', colour: '33' },
  50: { word: 'error', colour: '31' },
}

/** What stands elsewhere on the line. */
const ELSEWHERE = new Set(['level', 'time', 'msg', 'part'])

/**
 * One line of pino's JSON as a person reads it: the time of day here, the level unless all is well, the part, what happened,
 * and then the fields. A line that is no JSON comes back as it is.
 */
export function readableLine(line: string, { colours }: { colours: boolean }): string {
  let fields: Record<string, unknown>
  try {
    fields = JSON.parse(line) as Record<string, unknown>
  } catch {
    return line
  }
  const paint = (text: string, code: string) =>
    colours && code !== '' && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text
  const { word, colour } = LEVELS[Number(fields.level)] ?? { word: String(fields.level), colour: '' }
  const rest = Object.entries(fields)
    .filter(([name]) => !ELSEWHERE.has(name))
    .map(([name, value]) => `${cleanText(withoutUnit(name))}=${shown(name, value)}`)
    .join(' ')
  const words = [
    paint(timeOfDay(fields.time), '2'),
    paint(word === '' ? '' : `${word}:`, colour),
    fields.part === undefined ? '' : `${cleanText(String(fields.part))}:`,
    paint(cleanText(String(fields.msg ?? '')), colour),
    paint(rest, '2'),
  ]
  return `${words.filter((text) => text !== '').join(' ')}\n`
}

function timeOfDay(time: unknown): string {
  const date = new Date(Number(time))
  return Number.isNaN(date.getTime()) ? '' : date.toTimeString().slice(0, 8)
}

/** Values come from devices and programs too: nothing that a terminal would obey. */
function shown(name: string, value: unknown): string {
  if (typeof value === 'string') return value === '' || /\s/.test(value) ? `"${cleanText(value)}"` : cleanText(value)
  const text = showValue(value, undefined, { now: 0, times: 'whole', name })
  return typeof value === 'object' && value !== null ? `(${text})` : text
}
