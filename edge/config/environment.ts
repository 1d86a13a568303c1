import { LaresError } from '../../shared/errors.ts'
import { nearestName } from '../../shared/nearest-name.ts'

const PREFIX = 'LARES_EDGE_'

type Table = Record<string, unknown>

/**
 * Lays the environment over the file: `LARES_EDGE_AGENT_LOG_LEVEL=debug` is `log_level = "debug"` in `[agent]`.
 * `true`, `false` and numbers are read as such; a list is separated by commas. Tables of sensors cannot be set so.
 * Throws `bad_config` for a variable with this prefix that sets nothing. `keysOf([])` are the sections.
 */
export function overlayEnvironment(
  file: Table,
  env: NodeJS.ProcessEnv,
  keysOf: (path: string[]) => readonly string[],
): Table {
  const settable = new Map<string, { section: string; key: string }>()
  for (const section of keysOf([]))
    for (const key of keysOf([section])) settable.set(`${PREFIX}${section}_${key}`.toUpperCase(), { section, key })
  const result: Table = { ...file }
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith(PREFIX) || text === undefined) continue
    const target = settable.get(variable)
    if (!target) throw unknownVariable(variable, [...settable.keys()])
    const { section, key } = target
    const table = result[section]
    result[section] = { ...(isTable(table) ? table : {}), [key]: readValue(section, key, text) }
  }
  return result
}

function unknownVariable(variable: string, known: string[]): LaresError {
  const nearest = nearestName(variable, known)
  return new LaresError('bad_config', `the environment variable ${variable} sets no key of the configuration`, {
    hint: nearest ? `Did you mean ${nearest}?` : 'Its name is LARES_EDGE_<SECTION>_<KEY>, as in the file.',
  })
}

function readValue(section: string, key: string, text: string): unknown {
  if (section === 'hub' && key === 'addresses') return text.split(',').map((one) => one.trim())
  if (text === 'true') return true
  if (text === 'false') return false
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
