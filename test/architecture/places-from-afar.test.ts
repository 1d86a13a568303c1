import { describe, expect, it } from 'vitest'
import { describeCommand } from '../../hub/engine/describe-command.ts'
import { COMMANDS } from '../../hub/features/commands.ts'
import { declarations } from '../../hub/store/declarations.ts'

/** Names under which somebody would say where something is, or what is run. */
const WHERE =
  /(?:^|_)(?:ur[il]|uris|urls|href|link|host|hostname|hosts|address|addresses|ip|port|server|broker|endpoint|webhook|path|paths|file|files|filename|folder|dir|directory|socket|command|cmd|exec|program|script|shell|module|plugin|dsn|connection_string)$/
/** Forms that say the same, whatever they are called. */
const FORMS = new Set(['uri', 'url', 'hostname', 'ipv4', 'ipv6', 'uri-reference', 'cidrv4', 'cidrv6'])

/** Params that look so and are not, each with its reason. */
const PARAMS = new Map([
  ['houses/create.address', 'where the house stands, for people'],
  ['houses/update.address', 'where the house stands, for people'],
  ['devices/command.command', 'the name of something that the device itself offers'],
])

/** Columns of what central may write, with the reason why they introduce nothing. */
const COLUMNS = new Map<string, string>()

type Schema = { properties?: Record<string, Schema>; format?: string } & Record<string, unknown>

/** Paths of everything below a schema that says where something is. */
function wheres(schema: Schema, path: string): string[] {
  const own = typeof schema.format === 'string' && FORMS.has(schema.format) ? [path] : []
  const named = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => [
    ...(WHERE.test(name) ? [`${path}.${name}`] : []),
    ...wheres(inner, `${path}.${name}`),
  ])
  const others = Object.entries(schema)
    .filter(([name]) => name !== 'properties')
    .flatMap(([, inner]) => (typeof inner === 'object' && inner !== null ? wheres(inner as Schema, path) : []))
  return [...new Set([...own, ...named, ...others])]
}

describe('where something is, is said in a local file and never from afar', () => {
  it('has eyes: it finds an address by its name and by its form, however deep', () => {
    const inner = { type: 'object', properties: { url: {}, target: { format: 'uri' }, base_path: {}, name: {} } }
    const schema: Schema = { properties: { list: { items: { anyOf: [inner] } }, curl: {}, profile: {} } }
    expect(wheres(schema, 'x')).toEqual(['x.list.url', 'x.list.target', 'x.list.base_path'])
  })

  it('no admin verb takes one', () => {
    const found = COMMANDS.flatMap((command) =>
      wheres(describeCommand(command).params as Schema, `${command.area}/${command.verb}`),
    )
    expect(found.filter((path) => !PARAMS.has(path))).toEqual([])
    expect([...PARAMS.keys()].filter((path) => !found.includes(path))).toEqual([])
  })

  it('nothing that central manages holds one', () => {
    const found = declarations()
      .filter(({ kind }) => kind === 'down')
      .flatMap(({ name, columns }) =>
        [...columns.keys()].filter((column) => WHERE.test(column)).map((c) => `${name}.${c}`),
      )
    expect(found.filter((path) => !COLUMNS.has(path))).toEqual([])
  })
})
