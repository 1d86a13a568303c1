import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAst } from 'vitest/node'
import { allows, present, type Schema } from '../../web/answer/schema.ts'
import { ACCESS, HOUSE, SYSTEM, TOLD } from '../../web/screens/lists/sections.ts'
import { ROOT, readSources } from '../source-tree.ts'

interface Described {
  area: string
  verb: string
  params: Schema
  result: Schema
}

const described = JSON.parse(readFileSync(join(ROOT, 'cli/commands.json'), 'utf8')) as Described[]
const commands = new Map(described.map((command) => [`${command.area}/${command.verb}`, command]))

/** Which command answers what. */
const ANSWERS: Readonly<Record<string, string>> = {
  DeviceList: 'devices/list',
  DeviceShown: 'devices/show',
  EntityList: 'entities/list',
  DeviceLogAnswer: 'devices/log',
  EventList: 'events/list',
  PeopleList: 'people/list',
  SummaryAnswer: 'readings/summary',
  ReadingsAnswer: 'readings/query',
  LatestReadings: 'readings/latest',
  Invitation: 'devices/invite',
  TraceAnswer: 'trace/reading',
  AlertList: 'alerts/list',
  SessionList: 'sessions/list',
  TalkShown: 'sessions/show',
  HandedOver: 'sessions/handoff',
  VoiceAnswer: 'voice/ask',
  EngineList: 'voice/engines',
  TriedEngines: 'voice/try',
  PersonaList: 'personas/list',
  PersonaShown: 'personas/show',
  PersonaDifferences: 'personas/diff',
  PersonaTried: 'personas/try',
  LoginList: 'users/sessions',
}

type Node = { type: string } & Record<string, unknown>

const declared = new Map(
  (parseAst(readFileSync(join(ROOT, 'web/hub/answers.ts'), 'utf8'), { lang: 'ts' }).body as unknown as Node[])
    .map((node) => (node.declaration ?? node) as Node)
    .filter(({ type }) => type === 'TSInterfaceDeclaration')
    .map((node) => [(node.id as { name: string }).name, node]),
)

/** Every field that a type names, as paths such as `devices[].name`, and whether it may be missing. */
function fields(type: Node, path = ''): { path: string; optional: boolean }[] {
  if (type.type === 'TSArrayType') return fields(type.elementType as Node, `${path}[]`)
  if (type.type === 'TSParenthesizedType') return fields(type.typeAnnotation as Node, path)
  if (type.type === 'TSIntersectionType' || type.type === 'TSUnionType')
    return (type.types as Node[]).flatMap((one) => fields(one, path))
  if (type.type === 'TSTypeReference') {
    const name = (type.typeName as { name: string }).name
    const known = declared.get(name)
    return known === undefined ? [] : fields(known, path)
  }
  const members = type.type === 'TSInterfaceDeclaration' ? (type.body as Node).body : type.members
  if (!Array.isArray(members)) return []
  return [...((type.extends as Node[] | undefined) ?? []), ...(members as Node[])].flatMap((member) => {
    if (member.type !== 'TSPropertySignature') return []
    const here =
      path === '' ? (member.key as { name: string }).name : `${path}.${(member.key as { name: string }).name}`
    const inner = (member.typeAnnotation as { typeAnnotation: Node }).typeAnnotation
    return [{ path: here, optional: member.optional === true }, ...fields(inner, here)]
  })
}

/** The schema at such a path, and whether the answer always has it. */
function at(schema: Schema, path: string): { schema: Schema; always: boolean } | null {
  let here = present(schema)
  let always = true
  for (const level of path.split('.')) {
    const name = level.replaceAll('[]', '')
    const next = here.properties?.[name]
    if (next === undefined) return null
    always = here.required?.includes(name) ?? false
    here = present(next)
    for (let lists = level.length - name.length; lists > 0; lists -= 2) here = present(here.items)
  }
  return { schema: here, always }
}

describe('what the page reads of an answer', () => {
  it.each(Object.entries(ANSWERS))('%s is in that of %s', (name, command) => {
    const type = declared.get(name) as Node
    const result = (commands.get(command) as Described).result
    const wrong = fields(type).filter(({ path, optional }) => {
      const found = at(result, path)
      return found === null || (!found.always && !optional)
    })
    expect(fields(type).length).toBeGreaterThan(2)
    expect(wrong).toEqual([])
  })

  it('would be missed if it were not there', () => {
    expect(at({ type: 'object', properties: { a: { type: 'string' } }, required: [] }, 'b')).toBeNull()
    expect(at({ type: 'object', properties: { a: { type: 'string' } }, required: [] }, 'a')?.always).toBe(false)
  })
})

describe('a list of the page', () => {
  const lists = [HOUSE, TOLD, ACCESS, SYSTEM].flatMap((section) => section.lists)

  it.each(lists.map((list) => [list.name, list] as const))(
    '%s asks commands that are there, with params that they take',
    (_, list) => {
      const asked = [list.command, ...(list.add ? [list.add] : []), ...(list.also ?? [])]
      expect(asked.filter((command) => !commands.has(command))).toEqual([])
      const known = commands.get(list.command) as Described
      expect(Object.keys(list.params ?? {}).filter((name) => !(name in (known.params.properties ?? {})))).toEqual([])
    },
  )

  it.each(lists.filter(({ rows }) => rows !== undefined).map((list) => [list.name, list] as const))(
    '%s shows columns that its rows have, and its actions name fields of them',
    (_, list) => {
      const rows = at((commands.get(list.command) as Described).result, `${list.rows}[]`)?.schema
      expect((list.columns ?? []).filter((name) => rows?.properties?.[name] === undefined)).toEqual([])
      for (const action of list.actions ?? []) {
        const row = Object.fromEntries(Object.keys(rows?.properties ?? {}).map((name) => [name, 'x']))
        const params = action.params(row) as Record<string, unknown>
        expect(Object.values(params)).not.toContain(undefined)
        const takes = (commands.get(action.command) as Described).params.properties ?? {}
        expect(Object.keys(params).filter((name) => takes[name] === undefined)).toEqual([])
        for (const [name, value] of Object.entries(params))
          if (takes[name]?.enum !== undefined) expect(takes[name].enum).toContain(value)
      }
    },
  )
})

describe('the page', () => {
  it('asks no command that is not there', () => {
    // The hub's own topics look alike.
    const sources = readSources(['web/**/*.{ts,tsx}']).filter(({ path }) => path !== 'web/hub/live.ts')
    const asked = sources.flatMap(({ path, code }) =>
      [...code.matchAll(/['"`]([a-z]+\/[a-z-]+)['"`]/g)].map(([, command = '']) => ({ path, command })),
    )
    const wrong = asked.filter(({ command }) => {
      const [area] = command.split('/')
      return described.some((one) => one.area === area) && !commands.has(command)
    })
    expect(asked.length).toBeGreaterThan(40)
    expect(wrong).toEqual([])
  })

  it('writes no HTML of its own anywhere, so that a name can be none', () => {
    const ways =
      /dangerouslySetInnerHTML|\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/
    expect(
      readSources(['web/**/*.{ts,tsx}'])
        .filter(({ code }) => ways.test(code))
        .map(({ path }) => path),
    ).toEqual([])
  })

  it('knows numbers where the hub has numbers', () => {
    expect(allows({ type: ['number', 'null'] }, 'number')).toBe(true)
    expect(allows({ anyOf: [{ type: 'integer' }, { type: 'null' }] }, 'integer')).toBe(true)
  })
})
