import * as schema from '../../drizzle/sqlite/schema.ts'
import { declarationOf, type TableDeclaration } from './synced-table.ts'

/** Every table of the hub as it was declared. */
export function declarations(): TableDeclaration[] {
  return Object.values(schema).map((table) => declarationOf(table))
}
