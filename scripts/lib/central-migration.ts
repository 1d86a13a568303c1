import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { catalogueTable } from '../../central/catalogue.ts'
import { compareCatalogue } from '../../central/compare.ts'
import { withCentral } from '../../central/connect.ts'
import { readLiveCatalogue } from '../../central/live-catalogue.ts'
import { CENTRAL_MIGRATIONS, migrateCentral } from '../../central/migrate-central.ts'
import { centralTables } from '../../hub/store/central-tables.ts'
import { readMigrations } from '../../shared/sqlite/migrate.ts'
import { Postgres } from './postgres.ts'

const HEAD = "-- Written by scripts/central-migration from the hub's table declarations."

const name = process.argv[2] ?? ''
if (!/^[a-z0-9-]+$/.test(name)) {
  console.error('A migration is named in lower case, with hyphens: scripts/central-migration add-lamps')
  process.exit(2)
}

const server = new Postgres({ settings: { fsync: 'off' } })
await server.start()
try {
  const differences = await withCentral(server.url(await server.freshDatabase()), async (client) => {
    await migrateCentral(client)
    return compareCatalogue(centralTables().map(catalogueTable), await readLiveCatalogue(client))
  })
  const byHand = differences.filter(({ ddl }) => ddl === null)
  for (const { words } of byHand) console.error(`to be changed by hand: ${words}`)
  const statements = differences.flatMap(({ ddl }) => ddl ?? [])
  if (statements.length === 0) console.log('nothing is missing')
  else console.log(writeMigration(statements))
  if (byHand.length > 0) process.exitCode = 1
} finally {
  await server.stop()
}

function writeMigration(statements: string[]): string {
  const last = readMigrations(CENTRAL_MIGRATIONS).at(-1)?.name ?? ''
  const number = String(Number(last.slice(0, 4)) + 1).padStart(4, '0')
  const file = join(CENTRAL_MIGRATIONS, `${number}_${name}.sql`)
  const text = statements.map((statement) => (statement.startsWith('CREATE TABLE') ? `\n${statement}` : statement))
  writeFileSync(file, `${HEAD}\n${text.join('\n')}\n`, { flag: 'wx' })
  return file
}
