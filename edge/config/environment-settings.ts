import { z } from 'zod'
import { readBoolean } from '../../shared/booleans.ts'
import { variable } from '../../shared/environment.ts'
import { LaresError } from '../../shared/errors.ts'
import { keysAt, unwrapped } from '../../shared/explain-settings.ts'
import { nearestName } from '../../shared/nearest-name.ts'
import type { ConfigFault } from './fault.ts'

const PREFIX = 'LARES_EDGE_'

type Table = Record<string, unknown>

export interface Overlaid {
  table: Table
  /** The variable that a key comes from, by `section.key`. */
  variables: ReadonlyMap<string, string>
  /** Variables with this prefix that set nothing. */
  faults: ConfigFault[]
}

/**
 * Lays the environment over the file: `LARES_EDGE_AGENT_LOG_LEVEL=debug` is `log_level = "debug"` in `[agent]`. What the
 * schema wants decides how a text is read: `007` is a name where a name stands. An empty variable sets nothing, a list is
 * separated by commas, and tables of sensors cannot be set so.
 */
export function overlayEnvironment(file: Table, env: NodeJS.ProcessEnv, schema: z.ZodType): Overlaid {
  const settable = new Map<string, { section: string; key: string }>()
  for (const section of keysAt(schema, []))
    for (const key of keysAt(schema, [section]))
      settable.set(`${PREFIX}${section}_${key}`.toUpperCase(), { section, key })
  const table: Table = { ...file }
  const variables = new Map<string, string>()
  const faults: ConfigFault[] = []
  for (const name of Object.keys(env).filter((name) => name.startsWith(PREFIX))) {
    const text = variable(name, env)
    if (text === undefined) continue
    const target = settable.get(name)
    if (!target) {
      faults.push({ part: 'environment', error: unknownVariable(name, [...settable.keys()]) })
      continue
    }
    const { section, key } = target
    const before = table[section]
    table[section] = { ...(isTable(before) ? before : {}), [key]: readValue(schemaAt(schema, section, key), text) }
    variables.set(`${section}.${key}`, name)
  }
  return { table, variables, faults }
}

function unknownVariable(name: string, known: string[]): LaresError {
  const nearest = nearestName(name, known)
  return new LaresError('bad_config', `the environment variable ${name} sets no key of the configuration`, {
    hint: nearest ? `Did you mean ${nearest}?` : 'Its name is LARES_EDGE_<SECTION>_<KEY>, as in the file.',
  })
}

function schemaAt(schema: z.ZodType, section: string, key: string): unknown {
  const inner = (of: unknown, name: string) => {
    const table = unwrapped(of)
    return table instanceof z.ZodObject ? table.shape[name] : undefined
  }
  return unwrapped(inner(inner(schema, section), key))
}

/** What it cannot read stays text, and the schema says what it wants. */
function readValue(wanted: unknown, text: string): unknown {
  if (wanted instanceof z.ZodArray) return text.split(',').map((one) => one.trim())
  if (wanted instanceof z.ZodBoolean) return readBoolean(text) ?? text
  // A table with a short form: a pin alone.
  if (wanted instanceof z.ZodNumber || wanted instanceof z.ZodObject)
    return /^\s*-?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : text
  return text
}

/** How a variable says what this line of the file says. What is a table in the file is its pin alone here. */
export function variableExample(name: string, line: string): string {
  const value = line.slice(line.indexOf('=') + 1).trim()
  const pin = /\bpin = (\d+)/.exec(value)?.[1]
  return `${name}=${pin ?? value.replace(/^\[|\]$/g, '').replaceAll('"', '')}`
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
