import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readMigrations } from '../../shared/sqlite/migrate.ts'

/**
 * Makes every table of the generated migrations STRICT, which the generator cannot, and refuses a generated rebuild:
 * it drops the table, and with it, by cascade, the rows of its children. A rebuild is written by hand, and its file begins so.
 */
const folder = process.argv[2]
if (folder === undefined) throw new Error('usage: strict-tables.ts <folder of migrations>')

for (const { name, sql } of readMigrations(folder)) {
  if (/DROP TABLE/i.test(sql) && !sql.startsWith('-- Written by hand.'))
    throw new Error(`${name} drops a table: write this rebuild by hand, see docs/decisions`)
  const strict = sql.replace(/(CREATE TABLE [^;]*\n\))(;)/g, '$1 STRICT$2')
  const file = join(folder, `${name}.sql`)
  if (strict !== readFileSync(file, 'utf8')) writeFileSync(file, strict)
}
