import { readSettingsFile } from '../../shared/settings-file.ts'

/** The settings of a file without what may hold a secret: arguments of commands, and addresses of central. */
export function settingsOf(file: string): unknown {
  const settings = readSettingsFile(file, { mayBeMissing: true })
  return settings === null ? { unavailable: `there is no ${file}` } : { file, settings: walk(settings) }
}

function walk(value: unknown, name = ''): unknown {
  if (name === 'command' && Array.isArray(value)) return [value[0], ...value.slice(1).map(() => '[argument]')]
  if (name === 'url' && typeof value === 'string') return '[address]'
  if (Array.isArray(value)) return value.map((one) => walk(one))
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner, key)]))
}
