const EMPTY = '-'

/** What a JavaScript date can hold, milliseconds. */
const LATEST = 8.64e15

/** An answer for a terminal: lists of objects as tables, the rest as indented lines. */
export function render(data: unknown): string {
  if (!isObject(data)) return `${cell(data)}\n`
  const parts: string[] = []
  for (const [name, value] of Object.entries(data)) {
    if (isTable(value)) parts.push(value.length === 0 ? `no ${cell(name)}` : table(value))
    else parts.push(isObject(value) ? `${cell(name)}\n${indented(value, '  ')}` : `${cell(name)}  ${cell(value)}`)
  }
  return `${parts.join('\n')}\n`
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTable(value: unknown): value is Record<string, unknown>[] {
  return Array.isArray(value) && value.every(isObject)
}

function table(rows: Record<string, unknown>[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) =>
    rows.some((row) => row[name] !== null && row[name] !== undefined),
  )
  const cells = rows.map((row) =>
    names.map((name) =>
      name === 'time' ||
      name.endsWith('_at') ||
      name.startsWith('last_') ||
      name === 'status_since' ||
      name === 'timestamp'
        ? time(row[name])
        : cell(row[name]),
    ),
  )
  const titles = names.map(cell)
  const widths = titles.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)))
  const line = (texts: string[]) =>
    texts
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  return [line(titles), ...cells.map(line)].join('\n')
}

function indented(value: Record<string, unknown>, indent: string): string {
  return Object.entries(value)
    .map(([name, inner]) =>
      isObject(inner)
        ? `${indent}${cell(name)}\n${indented(inner, `${indent}  `)}`
        : `${indent}${cell(name)}  ${cell(inner)}`,
    )
    .join('\n')
}

function time(value: unknown): string {
  if (typeof value !== 'number') return cell(value)
  if (!(Math.abs(value) <= LATEST)) return cell(value)
  return new Date(value)
    .toISOString()
    .replace('T', ' ')
    .replace('.000Z', '')
    .replace(/\.\d+Z$/, '')
}

/** Control characters of a name or reason must not reach the terminal, nor those that turn the text around. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return EMPTY
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, ' ')
}
