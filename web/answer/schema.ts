/** As much of JSON Schema as the hub uses to describe params and answers. */
export interface Schema {
  type?: string | string[]
  format?: string
  description?: string
  default?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  required?: string[]
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  pattern?: string
}

export interface CommandShape {
  area: string
  verb: string
  summary: string
  needs: string
  needs_person: boolean
  changes: boolean
  dangerous: boolean
  params: Schema
  result: Schema
  examples: { says: string; params: Record<string, unknown> }[]
  positional: string[]
  /** Names of those that nobody may look at while they are typed. */
  secret_params: string[]
}

/** The schema without the part that allows `null`; with the first of several that are allowed. */
export function present(schema: Schema | undefined): Schema {
  if (schema?.anyOf === undefined) return schema ?? {}
  const { anyOf, ...rest } = schema
  return { ...anyOf.find(({ type }) => type !== 'null'), ...rest }
}

/** Whether values of this type are allowed. */
export function allows(schema: Schema, type: string): boolean {
  if (schema.anyOf?.some((one) => allows(one, type))) return true
  return schema.type === type || (Array.isArray(schema.type) && schema.type.includes(type))
}
