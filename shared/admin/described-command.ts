import type { Right } from '../rights.ts'

/** What of JSON Schema (draft 2020-12) describes params and answers of a command. */
export interface JsonSchema {
  type?: string | string[]
  /**
   * What a value means beyond its type: `time` (ms since 1970 UTC; as a param also text, see docs/operations.md),
   * `duration-ms`, `duration-s`, `bytes`, `id`, `log-line`, `device` (id or name), `sensor` (key or name), `sensor-value` (its kind is `sensor_type`, beside or above),
   * `file` (a list, which a command line reads from a file), `json-file` (any JSON that it reads from a file or writes as one).
   */
  format?: string
  description?: string
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  additionalProperties?: JsonSchema | boolean
  anyOf?: JsonSchema[]
  enum?: unknown[]
  const?: unknown
  pattern?: string
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  default?: unknown
}

/** A call that can be tried as it stands. */
export interface DescribedExample {
  /** What it does, without a full stop. */
  says: string
  params: Record<string, unknown>
}

/** A verb of the admin door as `admin/describe` tells it: help, completion, forms and documents are derived from it. */
export interface DescribedCommand {
  area: string
  verb: string
  /** The right that the caller must have in the house that it concerns; `null`: none. */
  needs: Right | null
  /** Whether only a person may ask, and neither the local socket nor a program. */
  needs_person: boolean
  summary: string
  params: JsonSchema
  /** Fields stand in the order of their importance to a person. */
  result: JsonSchema
  examples: DescribedExample[]
  /** Names of params that the command line takes by position. */
  positional: string[]
  /** Params that are secret: the command line asks for them and takes them from nobody's arguments. */
  secret_params: string[]
  changes: boolean
  /** Whether it may take something away for good: then a request must have `confirm: true`. */
  dangerous: boolean
}
