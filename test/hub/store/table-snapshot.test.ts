import { readdirSync, readFileSync } from 'node:fs'
import { generateSQLiteDrizzleJson, generateSQLiteMigration } from 'drizzle-kit/api'
import { describe, expect, it } from 'vitest'
import * as schema from '../../../drizzle/sqlite/schema.ts'

const META = new URL('../../../drizzle/sqlite/meta/', import.meta.url)

// Two migrations that were made side by side each know only themselves: the next one would make columns that are there.
describe('the newest snapshot of the tables', () => {
  it('is what they declare, so that the next migration begins from there', async () => {
    const newest = readdirSync(META)
      .filter((name) => name.endsWith('_snapshot.json'))
      .sort()
      .at(-1)
    const before = JSON.parse(readFileSync(new URL(String(newest), META), 'utf8'))
    const now = await generateSQLiteDrizzleJson(schema, before.id)
    expect(await generateSQLiteMigration(before, now)).toEqual([])
  })
})
