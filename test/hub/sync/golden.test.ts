import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Postgres } from '../../../hub/sync/postgres.ts'
import { useCentral, VERSIONS } from '../../central/postgres-servers.ts'
import { type Golden, goldenOf } from './golden-house.ts'
import { addSite, rows, TABLES } from './house-with-central.ts'

/** What hubs of each release sent. Files of a release that is out are never written again: its hubs are out there. */
const FOLDER = join(import.meta.dirname, '../../fixtures/golden')
const PACKAGE = join(import.meta.dirname, '../../../package.json')

if (process.env.WRITE_GOLDEN === '1') {
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string }
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(join(FOLDER, `${version}.json`), `${JSON.stringify(goldenOf(version), null, 2)}\n`)
}

const releases = readdirSync(FOLDER).map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Golden)

describe('what a house sends', () => {
  it('has rows of every table', () => {
    const { batches, counts } = goldenOf('now')
    const sent = new Set(batches.flat().map(({ table }) => table))
    expect([...sent].sort()).toEqual(TABLES.map(({ name }) => name).sort())
    expect(Object.values(counts)).not.toContain(0)
  })
})

describe.each(VERSIONS)('central on PostgreSQL %s', (version) => {
  const central = useCentral(version)

  it.each(releases)('takes what a hub of $version sends, and takes it once', async (golden) => {
    const admin = await central.migrated()
    const { url, site } = await addSite(admin, 'home')
    const db = new Postgres({ url, name: `lares hub ${golden.version}`, connectMs: 10_000, statementMs: 10_000 })
    await db.connect()
    try {
      const sent = golden.batches.flat().reduce((sum, { lines }) => sum + lines.length, 0)
      expect(await replay(db, site, golden)).toBe(sent)
      await check(admin, site, golden)
      // A reply that was lost: the hub sends all of it again.
      expect(await replay(db, site, golden)).toBe(0)
      await check(admin, site, golden)
    } finally {
      db.close()
    }
  })
})

/** Returns how many rows central said it took. */
async function replay(db: Postgres, site: string, { epoch, batches }: Golden): Promise<number> {
  let merged = 0
  for (const stages of batches) {
    await db.begin()
    for (const { create, copy, merge, lines } of stages) {
      await db.run(create)
      await db.copy(copy, lines.join(''))
      merged += await db.run(merge, [site, epoch])
    }
    await db.commit()
  }
  return merged
}

async function check(admin: string, site: string, { counts, answers }: Golden): Promise<void> {
  for (const [table, count] of Object.entries(counts)) {
    const [found] = await rows<{ n: number }>(
      admin,
      `SELECT count(*)::integer AS n FROM lares."${table}" WHERE site_id = $1`,
      [site],
    )
    expect({ table, n: found?.n }).toEqual({ table, n: count })
  }
  for (const { sql, rows: wanted } of answers) expect(await rows(admin, sql, [site])).toEqual(wanted)
}
