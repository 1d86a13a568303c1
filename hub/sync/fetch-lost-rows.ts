import type { FetchedPage, FetchedValue, RowsToFetch } from '../engine/lost-rows.ts'
import type { StreamPosition } from '../engine/sync-step.ts'
import { acknowledgedRanges } from '../store/acknowledged-keys.ts'
import type { RowDecoder } from './decode.ts'
import type { Failpoint } from './failpoint.ts'
import type { Postgres, Row } from './postgres.ts'
import { checkLease, type Lease } from './upload.ts'

/** In one page: some 10 ms of the engine on a PC. */
const ROWS = 500
/** Of a page, as Postgres writes its rows. One row is taken whatever it has. */
const BYTES = 512 * 1024
/** New rows wait for it meanwhile. */
const STATEMENT_MS = 5_000

export interface LostRowsQuestion {
  lost: RowsToFetch
  streams: readonly StreamPosition[]
  key: string
  decoder: RowDecoder
  at: Failpoint
}

/**
 * The next rows that central has of lost keys, under the epochs in which this house sent them. Keys that were never sent are
 * passed over. Returns the page and how many bytes it was.
 */
export async function fetchLostRows(
  db: Postgres,
  lease: Lease,
  { lost, streams, key, decoder, at }: LostRowsQuestion,
): Promise<{ page: FetchedPage; bytes: number }> {
  const { id, table, position: from } = lost
  const page = { id, from, upto: lost.upto, columns: decoder.columns, rows: [], found: 0 }
  const there = acknowledgedRanges(streams, table).find(({ first, last }) => last > from && first < lost.upto)
  if (there === undefined) return { page, bytes: 0 }
  const last = Math.min(there.last, lost.upto)
  await db.begin()
  await at('begun', 'fetch')
  await db.run(`SET LOCAL statement_timeout = ${STATEMENT_MS}`)
  await checkLease(db, lease)
  const rows = await db.rows(
    `SELECT * FROM (SELECT ${decoder.select}, sum(octet_length(t::text)) OVER (ORDER BY t."${key}")::double precision AS lares_bytes, ` +
      'octet_length(t::text) AS lares_row_bytes, count(*) OVER ()::integer AS lares_rows FROM ' +
      `(SELECT * FROM lares."${table}" WHERE site_id = $1 AND epoch = $2 AND "${key}" > $3 AND "${key}" <= $4 ORDER BY "${key}" LIMIT ${ROWS}) t) s ` +
      `WHERE lares_bytes - lares_row_bytes < ${BYTES} ORDER BY "${key}"`,
    [lease.site, there.epoch, Math.max(from, there.first), last],
  )
  await db.commit()
  await at('committed', 'fetch')
  const looked = Number(rows[0]?.lares_rows ?? 0)
  const isAll = rows.length === looked && looked < ROWS
  return {
    page: {
      ...page,
      upto: isAll ? last : Number(rows.at(-1)?.[key]),
      rows: rows.flatMap((row) => decoded(row, decoder)),
      found: rows.length,
    },
    bytes: Number(rows.at(-1)?.lares_bytes ?? 0),
  }
}

/** Nothing where the row is none that this house could have sent: others come back all the same. */
function decoded(row: Row, decoder: RowDecoder): FetchedValue[][] {
  try {
    return decoder.isOfEpochs(row) ? [decoder.values(row)] : []
  } catch {
    return []
  }
}
