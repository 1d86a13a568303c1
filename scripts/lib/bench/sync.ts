import { parseArgs } from 'node:util'
import { explain } from '../../../shared/errors.ts'
import { Postgres } from '../postgres.ts'
import { withFolder } from './figures.ts'
import { fillHouse } from './full-house.ts'
import { copyLimit, ingestSlowdown, uploadAll } from './sync-figures.ts'

const MEGA = 1_000_000

/** What the exchange with central can do on this machine, beside a bare COPY and merge of the same rows. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rows: { type: 'string', default: String(MEGA) }, seconds: { type: 'string', default: '5' } },
  })
  const rows = Number(values.rows)
  const seconds = Number(values.seconds)
  if (!(rows >= 1_000 && seconds > 0)) throw new Error('--rows is a number from 1000 on, --seconds one above 0')
  const server = new Postgres({ version: '18' })
  await server.start()
  try {
    const figures = await withFolder(async (scratch) => {
      console.log(`${rows} readings of 50 devices with two sensors each, PostgreSQL 18 with its default settings\n`)
      const house = await fillHouse(scratch, rows)
      console.log('limit: the same rows, encoded before, through COPY and merge, 20,000 in each transaction')
      const limit = await copyLimit(server, house)
      console.log(`  copy_limit_rows_per_s ${limit}`)
      console.log('upload: a hub that was away for all of them')
      const upload = await uploadAll(server, house)
      console.log(`  rows_per_s ${upload.rowsPerSecond}`)
      console.log('slowdown: messages a second while such an upload runs, and while it does not')
      const slowdown = await ingestSlowdown(server, house, { seconds })
      console.log(`  ${slowdown.alone} alone, ${slowdown.meanwhile} meanwhile`)
      return {
        rows_per_s: upload.rowsPerSecond,
        copy_limit_rows_per_s: limit,
        ratio_to_copy_merge: round(upload.rowsPerSecond / limit),
        backfill_1m_rows_s: round((upload.seconds * MEGA) / rows),
        hub_rss_mb: upload.residentMb,
        ingest_slowdown: round(1 - slowdown.meanwhile / slowdown.alone),
      }
    })
    console.log(`\n${JSON.stringify(figures)}`)
  } finally {
    await server.stop()
  }
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`scripts/bench: ${explain(error)}\n`)
    process.exit(1)
  },
)
