import { z } from 'zod'
import { faultWords } from '../../../shared/fault-words.ts'
import { words } from '../../../shared/messages/fields.ts'

/** Levels of what stands in a configuration, and its length as JSON. */
const CONFIG_LEVELS = 16
const CONFIG_LENGTH = 65_536

/** A text of a cell: a number or a truth is what is written there, and what is empty is not there. */
const cell = (max: number) =>
  z.preprocess((value) => {
    const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : (value ?? undefined)
    return typeof text === 'string' && text.trim() === '' ? undefined : text
  }, words(max).optional())

const anyConfig = z.record(z.string(), z.json(), { error: 'is no JSON object; write it like {"ip": "192.168.1.20"}' })

/** An object, or its JSON in a text, as a cell has it. */
const config = z
  .preprocess(parsed, anyConfig.optional())
  .refine((value) => JSON.stringify(value ?? {}).length <= CONFIG_LENGTH, `is longer than ${CONFIG_LENGTH} characters`)
  .refine((value) => !isDeep(value, CONFIG_LEVELS), `is nested deeper than ${CONFIG_LEVELS} levels`)
  .refine((value) => !isUnstorable(value), 'has a NUL or a lone surrogate')

/** What a row of a list says of a device. */
const importedRow = z.strictObject({
  /** Where it stands in its file. */
  line: z.int().min(1).optional(),
  /** Which it is of several rows of one name. */
  number: z.int().min(1).max(1_000_000).default(1),
  id: cell(255),
  name: cell(255).pipe(z.string({ error: 'is missing' })),
  type: cell(100),
  brand: cell(100),
  model: cell(255),
  description: cell(2_000),
  location: cell(255),
  room: cell(255),
  house: cell(255),
  /** As Home Assistant calls it, where the list knows. */
  integration: cell(100),
  device_class: cell(50),
  api_config: config,
  /** Columns of the list that are none of these. */
  more: config,
})

/** Of a program that speaks to the hub itself. */
const FOREIGN_FIELDS = 'it has fields that no row has: they belong into more'

export type ImportedRow = z.infer<typeof importedRow>

export type ReadRow =
  | { ok: true; row: ImportedRow }
  | { ok: false; line: number | null; name: string | null; fault: string }

/** Reads one row. What is wrong with it is said without its values: they may be secret. */
export function readRow(given: Readonly<Record<string, unknown>>): ReadRow {
  const parsed = importedRow.safeParse(given)
  if (parsed.success) return { ok: true, row: parsed.data }
  const { line, name } = given
  return {
    ok: false,
    line: typeof line === 'number' && Number.isInteger(line) ? line : null,
    name: cell(255).safeParse(name).data ?? null,
    fault: faultsOf(parsed.error),
  }
}

/** The first faults, each with its column. Not even names of other fields are told: somebody mixes up names and values. */
function faultsOf({ issues }: z.ZodError): string {
  const told = issues.slice(0, 3).map((issue) => {
    const [column] = issue.path
    return column === undefined ? FOREIGN_FIELDS : `${String(column)}: ${faultWords(issue)}`
  })
  return [...new Set(told)].join('; ')
}

function parsed(value: unknown): unknown {
  if (value === null || value === '') return undefined
  if (typeof value !== 'string') return value
  try {
    return value.trim() === '' ? undefined : JSON.parse(value)
  } catch {
    return value
  }
}

function isDeep(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isDeep(inner, levels - 1))
}

function isUnstorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.isWellFormed() || value.includes('\0')
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([name, inner]) => isUnstorable(name) || isUnstorable(inner))
}
