import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Postgres } from '../../../hub/sync/postgres.ts'
import { useCentral, VERSIONS } from '../../central/postgres-servers.ts'
import { currentVersion, GOLDEN_FOLDER, type Golden, makeGolden } from './golden.ts'
import { addSite, rows } from './house-with-central.ts'

const files = readdirSync(GOLDEN_FOLDER).filter((name) => name.endsWith('.json'))
const read = (name: string) => JSON.parse(readFileSync(join(GOLDEN_FOLDER, name), 'utf8')) as Golden

describe('the batches that were stored of each release', () => {
  it('include those of this one, as it writes them today', () => {
    expect(files).toContain(`${currentVersion()}.json`)
    // Hubs in the field send what is stored. Before the release, write-golden.ts stores it anew; afterwards it needs a new version.
    expect(JSON.parse(JSON.stringify(makeGolden()))).toEqual(read(`${currentVersion()}.json`))
  })

  it('hold rows of every table and a deletion', () => {
    for (const golden of files.map(read)) {
      for (const { name, rows: stored } of golden.tables) expect(stored.length, name).toBeGreaterThan(4)
      expect(golden.tables.flatMap(({ gone }) => gone)).not.toEqual([])
    }
  })
})

describe.each(VERSIONS)('central of today on PostgreSQL %s', (version) => {
  const central = useCentral(version)

  it.each(files)('takes the batches of %s as they were', async (name) => {
    const golden = read(name)
    const admin = await central.migrated()
    const { url, site } = await addSite(admin, 'old')
    const connection = new Postgres({ url, name: 'golden', connectMs: 10_000, statementMs: 60_000 })
    await connection.connect()
    for (const { epoch, stages } of golden.batches) {
      await connection.begin()
      for (const { create, copy, merge, lines } of stages) {
        await connection.run(create)
        await connection.copy(copy, lines.join(''))
        await connection.run(merge, [site, epoch])
      }
      await connection.commit()
    }
    connection.close()
    for (const table of golden.tables) {
      const found = await rows<{ row: Record<string, unknown>; deleted_at: unknown }>(
        admin,
        `SELECT to_jsonb(t) AS row FROM lares."${table.name}" t WHERE site_id = $1`,
        [site],
      )
      const byKey = new Map(found.map(({ row }) => [String(row[table.key]), row]))
      for (const expected of table.rows) {
        const row = byKey.get(String(expected[table.key])) ?? {}
        const plain = Object.entries(table.kinds).map(([column, kind]) => [column, inHubTypes(kind, row[column])])
        expect(Object.fromEntries(plain), table.name).toEqual(expected)
      }
      const gone = found.filter(({ row }) => typeof row.deleted_at === 'string').map(({ row }) => row[table.key])
      expect(gone).toEqual(table.gone)
      expect(found).toHaveLength(table.rows.length + table.gone.length)
    }
  })
})

/** A value of `to_jsonb` as the hub writes it. */
function inHubTypes(kind: string, value: unknown): unknown {
  if (value === null || value === undefined) return null
  if (kind === 'flag') return value === true ? 1 : 0
  if (kind === 'time') return timeOf(String(value))
  return value
}

/** `0001-01-01T00:00:00+00:00`; what lies before the year 1 or after 9999 is not in a stored batch. */
function timeOf(text: string): number {
  return Math.round(Date.parse(text.replace(/(\.\d{3})\d*/, '$1')))
}
