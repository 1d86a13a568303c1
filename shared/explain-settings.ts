import { z } from 'zod'
import { LaresError } from './errors.ts'
import { slug } from './ids.ts'
import { issueWords } from './issue-words.ts'
import { nearestName } from './nearest-name.ts'

/** What a settings file may hold, and a line that works for each key that a person can get wrong, by `section.key`. */
export interface SettingsForm {
  schema: z.ZodType
  examples: ReadonlyMap<string, string>
  /** Keys of its outermost table that another schema checks. */
  more?: readonly string[]
}

/**
 * The first fault of a settings file as `bad_config`, because a person mends one at a time: the place, what is wrong, the
 * nearest key where one is not known, and a line that works. `where` is the file, or empty where somebody else adds it;
 * `prefix` is the table whose schema this is.
 */
export function explainSettings(
  error: z.ZodError,
  where: string,
  form: SettingsForm,
  prefix: readonly string[] = [],
): LaresError {
  // A misspelt key is also a missing one: the spelling is what a person looks for.
  const issue = error.issues.find(({ code }) => code === 'unrecognized_keys') ?? error.issues[0]
  if (!issue) return new LaresError('bad_config', `${inFile(where)}cannot be read`)
  return explainIssue(issue, { where, form, prefix })
}

/** One fault of a settings file alone, as `explainSettings` tells it. */
export function explainIssue(
  issue: Issue,
  { where, form, prefix = [] }: { where: string; form: SettingsForm; prefix?: readonly string[] },
): LaresError {
  const at = inFile(where)
  const path = [...prefix, ...issue.path.map(String)]
  if (issue.code === 'unrecognized_keys')
    return unknownKey(issue.keys[0] ?? '', { path, known: knownAt(form, issue.path.map(String)), at, form })
  if (issue.code === 'invalid_key') return badKey(issue, path, at)
  const inside = issue.path.map(String).join('.')
  const place = prefix.length === 0 ? inside || 'the file' : `[${prefix.join('.')}] ${inside}`
  return new LaresError('bad_config', `${at}${place}: ${issueWords(issue)}`, hintOf(path, form))
}

/**
 * The faults of a settings file, each alone: one for every key that is not known, and none for a key that is missing
 * because it is misspelt.
 */
export function singleIssues({ issues }: z.ZodError, { schema }: SettingsForm): Issue[] {
  const unknown = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => ({ ...issue, keys: [key] })) : [],
  )
  const meant = unknown.map(({ path, keys: [key = ''] }) =>
    [...path, nearestName(key, keysAt(schema, path.map(String)))].join('.'),
  )
  const rest = issues.filter(({ code, path }) => code !== 'unrecognized_keys' && !meant.includes(path.join('.')))
  return [...unknown, ...rest]
}

type Issue = z.core.$ZodIssue

const inFile = (where: string) => (where === '' ? '' : `${where}: `)

interface UnknownKey {
  path: readonly string[]
  known: readonly string[]
  at: string
  form: SettingsForm
}

function unknownKey(key: string, { path, known, at, form }: UnknownKey): LaresError {
  const nearest = nearestName(key, known)
  const place = path.length === 0 ? 'there is no section' : `[${path.join('.')}] has no key`
  const meant = nearest ? `did you mean ${nearest}?` : `it has ${known.join(', ')}`
  return new LaresError('bad_config', `${at}${place} ${key}; ${meant}`, hintOf([...path, nearest ?? key], form))
}

/** A table whose name is free, as that of a sensor, or that of a broker, which has words of its own for what it may be. */
function badKey(issue: Extract<Issue, { code: 'invalid_key' }>, path: readonly string[], at: string): LaresError {
  const [key = '', ...above] = path.toReversed()
  const [section = ''] = above
  const table = (name: string) => `[${[...above.toReversed(), name].join('.')}]`
  const [inner] = issue.issues
  const own = inner === undefined ? '' : issueWords(inner)
  if (own !== inner?.message || !own.startsWith('Invalid ')) {
    const plain = slug(key, '-')
    const [, near = `${section.replace(/s$/, '')}_1`] = plain === key ? [] : (/^(.{1,40})(?<!-)/.exec(plain) ?? [])
    return new LaresError('bad_config', `${at}${table(JSON.stringify(key))} ${own}`, {
      hint: `Call it ${table(near)}.`,
    })
  }
  return new LaresError('bad_config', `${at}${table(JSON.stringify(key))} has a name with nothing that can be seen`, {
    hint: `Write ${table(`${section.replace(/s$/, '')}_1`)}, or what people call it: ${table('"Living room"')}.`,
  })
}

/** The example of the key, or of the nearest section above it. */
function hintOf(path: readonly string[], { examples }: SettingsForm): { hint: string } | Record<string, never> {
  for (let length = path.length; length > 0; length -= 1) {
    const example = examples.get(path.slice(0, length).join('.'))
    if (example) return { hint: `For example:\n    ${example.replaceAll('\n', '\n    ')}` }
  }
  return {}
}

function knownAt({ schema, more = [] }: SettingsForm, path: readonly string[]): string[] {
  return path.length === 0 ? [...keysAt(schema, path), ...more] : keysAt(schema, path)
}

/** The keys a table of the file may have. */
export function keysAt(whole: z.ZodType, path: readonly string[]): string[] {
  let schema: unknown = whole
  for (const name of path) {
    const table = unwrapped(schema)
    if (table instanceof z.ZodObject) schema = table.shape[name]
    else if (table instanceof z.ZodRecord) schema = table.valueType
    else return []
  }
  const table = unwrapped(schema)
  return table instanceof z.ZodObject ? Object.keys(table.shape) : []
}

/** The schema below defaults, options and preprocessing. */
export function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional)
    return unwrapped(schema.unwrap())
  if (schema instanceof z.ZodPipe) return unwrapped(schema.out)
  return schema
}
