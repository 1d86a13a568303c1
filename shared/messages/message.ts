import type { z } from 'zod'

/**
 * One kind of wire message: its schema (the type is inferred from it), a sample that a reader can copy,
 * and how many bytes it may have. A file of this folder defines exactly one.
 */
export interface Message<S extends z.ZodType = z.ZodType, N extends string = string> {
  name: N
  summary: string
  schema: S
  /** A complete, valid payload. The round-trip test and docs/protocol.md use it. */
  sample: z.input<S>
  maxBytes: number
  /** Whether it carries JSON of any shape, whose depth must be looked at. Default false. */
  freeform?: boolean
  /**
   * Says quickly that a value fits the schema. Only for messages that come by the thousand; a no means "ask the schema",
   * which also says what is wrong and leaves out what it does not know.
   */
  fits?: (json: unknown) => boolean
  /** Reads what is nearly always sent, without JSON's parser. `null` means "read it as JSON". */
  usual?: (bytes: Buffer) => unknown
}

export function message<S extends z.ZodType, const N extends string>(definition: Message<S, N>): Message<S, N> {
  return definition
}
