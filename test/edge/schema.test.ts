import { getTableConfig } from 'drizzle-orm/sqlite-core'
import { describe, expect, it } from 'vitest'
import { desiredSettings, handledCommands, outbox, outboxState } from '../../drizzle/edge/schema.ts'
import { emptyEdgeDatabase } from './edge-database.ts'

describe("the agent's tables", () => {
  it('are declared as the migrations make them, and strict', () => {
    const db = emptyEdgeDatabase()
    for (const table of [outbox, outboxState, handledCommands, desiredSettings]) {
      const { name, columns } = getTableConfig(table)
      const live = db.pragma(`table_info(${name})`) as { name: string; type: string; notnull: number; pk: number }[]
      const declared = columns.map((column) => [column.name, column.getSQLType().toUpperCase(), column.notNull])
      // SQLite does not call a primary key NOT NULL, though it is one
      expect(live.map((column) => [column.name, column.type, column.notnull === 1 || column.pk === 1])).toEqual(
        declared,
      )
      const list = db.pragma(`table_list(${name})`) as { strict: number }[]
      expect(list[0]?.strict, name).toBe(1)
    }
  })
})
