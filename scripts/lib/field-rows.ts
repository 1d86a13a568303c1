import { z } from 'zod'
import type { JsonSchema } from '../../shared/admin/described-command.ts'

/** One field of a message or command, as a reader needs it. */
export interface FieldRow {
  /** `sent.at`, `items[].value`. */
  path: string
  type: string
  required: boolean
}

/** The fields of a schema in the order in which they were declared, nested ones below their parents. */
export function fieldRows(schema: z.ZodType, io: 'input' | 'output' = 'input'): FieldRow[] {
  return rowsOf(z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as JsonSchema, '')
}

function rowsOf(schema: JsonSchema, prefix: string): FieldRow[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = prefix + name
    const required = schema.required?.includes(name) ?? false
    const list = rowsOf(itemOf(field) ?? {}, `${path}[].`)
    return [{ path, type: typeOf(field), required }, ...rowsOf(field, `${path}.`), ...list]
  })
}

/** The object that a list is of, also where a receiver takes anything else beside it. */
function itemOf({ items }: JsonSchema): JsonSchema | undefined {
  return items?.properties ? items : items?.anyOf?.find((choice) => choice.properties)
}

function typeOf(schema: JsonSchema): string {
  const fallback = schema.default === undefined ? '' : `, default ${JSON.stringify(schema.default)}`
  return plainType(schema) + fallback
}

function plainType(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map((choice) => `\`${choice}\``).join(' ')
  if (schema.const !== undefined) return `\`${schema.const}\``
  if (schema.anyOf) return unionType(schema.anyOf)
  if (Array.isArray(schema.type)) return schema.type.map((type) => plainType({ ...schema, type })).join(' or ')
  switch (schema.type) {
    case 'string':
      return stringType(schema)
    case 'integer':
    case 'number':
      return [schema.type, range(schema)].filter(Boolean).join(' ')
    case 'array':
      return `list${count(schema)}: ${itemOf(schema) ? 'objects' : plainType(schema.items ?? {})}`
    case 'object':
      return 'object'
    case 'boolean':
      return 'true or false'
    case 'null':
      return 'null'
    default:
      return 'any JSON'
  }
}

/** `z.json()` is a union of everything JSON has. */
function unionType(choices: JsonSchema[]): string {
  if (choices.length > 3) return 'any JSON'
  return choices.map(plainType).join(' or ')
}

function stringType({ pattern, minLength, maxLength }: JsonSchema): string {
  if (pattern !== undefined) return `text, \`${pattern.replaceAll('|', '\\|')}\``
  if (maxLength === undefined) return 'text'
  return minLength === undefined ? `text, at most ${maxLength}` : `text, ${minLength} to ${maxLength}`
}

/** Beyond this a bound only keeps a number from being absurd. */
const TELLING = 1e12

function range({ minimum, maximum }: JsonSchema): string {
  const low = minimum !== undefined && minimum > -TELLING ? minimum : null
  const high = maximum !== undefined && maximum < TELLING ? maximum : null
  if (low !== null && high !== null) return `${low} to ${high}`
  if (low !== null) return `≥ ${low}`
  return high === null ? '' : `≤ ${high}`
}

function count({ minItems, maxItems }: JsonSchema): string {
  if (maxItems === undefined) return ''
  return minItems === undefined ? ` of at most ${maxItems}` : `, ${minItems} to ${maxItems}`
}
