import { z } from 'zod'
import type { DescribedCommand, JsonSchema } from '../../shared/admin/described-command.ts'
import type { AdminCommand } from './admin-command.ts'

/** A command as others are told of it: everything about it that is not code. */
export function describeCommand(command: AdminCommand): DescribedCommand {
  const {
    area,
    verb,
    needs,
    needsPerson,
    summary,
    params,
    result,
    examples,
    positional,
    secretParams,
    changes,
    danger,
  } = command
  return {
    area,
    verb,
    needs,
    needs_person: needsPerson === true,
    summary,
    params: schemaOf(params, 'input'),
    result: schemaOf(result, 'output'),
    examples: examples.map(({ says, params }) => ({ says, params })),
    positional: [...(positional ?? [])],
    secret_params: [...(secretParams ?? [])],
    changes,
    dangerous: danger !== undefined,
  }
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: withoutEmptyBounds })
  return rest as JsonSchema
}

/** That an integer can be held exactly says nothing to a reader. */
function withoutEmptyBounds({ jsonSchema }: { jsonSchema: { minimum?: number; maximum?: number } }): void {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
}
