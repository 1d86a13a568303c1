import { z } from 'zod'

/** What is looked at of a JSON Schema as zod writes it. */
interface Schema {
  $defs?: Record<string, Schema>
  $ref?: string
  type?: string
  enum?: unknown[]
  const?: unknown
  properties?: Record<string, Schema>
  additionalProperties?: unknown
  items?: Schema
  prefixItems?: Schema[]
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
}

const SECRET_NAME = /(?:secret|passw(?:or)?d|token|credentials?|cookie|authorization|(?:api|private|access)_?key)s?$/i

/** What says of a value what it is. A schema with none of them takes anything. */
const SAYS = ['type', 'enum', 'const', 'anyOf', 'oneOf', 'allOf', '$ref'] as const

/**
 * Why payloads of this schema may carry a secret, in words; `null`: they cannot by name. Payloads are shown to people and copied
 * into backups. Throws for what no JSON Schema can say, such as a transformation: it could not be stored and read again either.
 */
export function wrongInPayload(payload: z.ZodType): string | null {
  const root = z.toJSONSchema(payload) as Schema
  // What refers to itself stands among the definitions, each of which is looked at once.
  const defined = Object.entries(root.$defs ?? {})
  const refs = new Set(['#', ...defined.map(([name]) => `#/$defs/${name}`)])
  return firstWrong([root, ...defined.map(([, schema]) => schema)], refs)
}

function firstWrong(schemas: readonly Schema[], refs: ReadonlySet<string>): string | null {
  for (const schema of schemas) {
    const wrong = wrongHere(schema, refs) ?? firstWrong(partsOf(schema), refs)
    if (wrong !== null) return wrong
  }
  return null
}

function wrongHere(schema: Schema, refs: ReadonlySet<string>): string | null {
  if (!SAYS.some((word) => schema[word] !== undefined))
    return 'a part of its payload may be anything: a secret may be in it'
  if (schema.$ref !== undefined && !refs.has(schema.$ref))
    return `its payload refers to "${schema.$ref}", which is not there: a secret may be in it`
  if (schema.type === 'object' && schema.additionalProperties !== false)
    return 'an object of its payload takes fields that are not named: a secret may be among them'
  const secret = Object.keys(schema.properties ?? {}).find((field) => SECRET_NAME.test(field))
  return secret === undefined ? null : `its payload has a field "${secret}": a job reads its secrets when it runs`
}

function partsOf({ properties = {}, items, prefixItems = [], anyOf = [], oneOf = [], allOf = [] }: Schema): Schema[] {
  return [...Object.values(properties), ...(items ? [items] : []), ...prefixItems, ...anyOf, ...oneOf, ...allOf]
}
