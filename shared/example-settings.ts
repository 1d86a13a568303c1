import { z } from 'zod'

/** A key of a settings file. */
export interface SettingRow {
  /** Empty outside of sections. */
  section: string
  key: string
  /** As TOML writes it; `null` where nothing is the default. */
  fallback: string | null
}

export interface Reference {
  schema: z.ZodType
  /** What each key is for, by `section.key`. */
  meanings: ReadonlyMap<string, string>
  /** Lines that work, by the same. */
  examples: ReadonlyMap<string, string>
}

interface Node {
  properties?: Record<string, Node>
  default?: unknown
}

/** Every key of a settings file in the order of its schema, those outside of sections first, as TOML wants it. */
export function settingRows(schema: z.ZodType): SettingRow[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node
  const rows = Object.entries(properties).flatMap(([name, node]): SettingRow[] => {
    // A key that may be a table, such as a button, has no default; a section always has one.
    const inner = node.properties
    if (inner === undefined) return [{ section: '', key: name, fallback: literal(node.default) }]
    return Object.entries(inner).map(([key, own]) => ({ section: name, key, fallback: literal(own.default) }))
  })
  return [...rows.filter(({ section }) => section === ''), ...rows.filter(({ section }) => section !== '')]
}

export function pathOf({ section, key }: SettingRow): string {
  return section === '' ? key : `${section}.${key}`
}

/** The line that sets a key to its example, or to its default. */
export function exampleLine(row: SettingRow, examples: ReadonlyMap<string, string>): string {
  return examples.get(pathOf(row)) ?? `${row.key} = ${row.fallback ?? '""'}`
}

/** A settings file with every key in a comment, so that it changes nothing until somebody takes a `#` away. */
export function exampleFile(head: readonly string[], { schema, meanings, examples }: Reference): string {
  const lines = head.map((line) => `# ${line}`)
  let section = ''
  for (const row of settingRows(schema)) {
    if (row.section !== section) lines.push('', `[${row.section}]`)
    section = row.section
    lines.push('')
    const meaning = meanings.get(pathOf(row))
    if (meaning !== undefined) lines.push(`# ${meaning}`)
    lines.push(`#${exampleLine(row, examples)}`)
  }
  return `${lines.join('\n')}\n`
}

/** JSON's texts, numbers and lists are TOML's, too. */
function literal(value: unknown): string | null {
  if (value === undefined || (typeof value === 'object' && !Array.isArray(value))) return null
  return JSON.stringify(value)
}
