import { systemClock } from '../../../../shared/clock.ts'
import type { Database } from '../../../../shared/sqlite/open.ts'
import { YEAR_DEVICE, YEAR_MS } from './history.ts'
import { SENSORS_OF_A_DEVICE } from './house-messages.ts'
import type { Layout } from './layout.ts'
import { median } from './median.ts'

/** How long what others ask of a house takes, in milliseconds; `syncUs`: microseconds for each row. */
export interface Answers {
  chart24hMs: number
  chart1yMs: number
  latestMs: number
  syncUs: number
}

const DAY_MS = 86_400_000
const WARM_UP = 15
const REPEATS = 40
const SYNC_ROWS = 100_000
/** A backfill's batches, in rows. */
const BATCH = 20_000
const SYNC_REPEATS = 3
const CALLER = {
  principal: 'local',
  kind: 'local',
  user: null,
  token: null,
  rights: 'all',
  client: 'local.bench',
  address: 'local',
  session: 'bench',
  houses: null,
  sees: null,
} as const

/** Asks a house that nobody writes to, on a connection as the hub's reader has one. Medians. */
export function askHouse(
  layout: Layout,
  { file, devices, now }: { file: string; devices: readonly string[]; now: number },
): Answers {
  const db = layout.openDatabase({ file, readonly: true })
  try {
    const ask = questionsOf(layout, db, now)
    const sensors = devices.flatMap((device) => SENSORS_OF_A_DEVICE.map((sensor) => ({ device, sensor })))
    const chart24h = ask('readings', 'query')
    const chart1y = ask('readings', 'summary')
    const latest = ask('readings', 'latest')
    return {
      chart24hMs: timed((n) =>
        chart24h({ ...sensors[n % sensors.length], from: now - DAY_MS, to: now, limit: 10_000 }),
      ),
      chart1yMs: timed((n) => {
        const sensor = SENSORS_OF_A_DEVICE[n % SENSORS_OF_A_DEVICE.length]
        chart1y({ device: YEAR_DEVICE, sensor, step: '1h', from: now - YEAR_MS, to: now, limit: 10_000 })
      }),
      latestMs: timed(() => latest({})),
      syncUs: median(Array.from({ length: SYNC_REPEATS }, () => syncUs(layout, db))),
    }
  } finally {
    db.close()
  }
}

/** Throws for an answer without anything in it: that would be fast. */
function questionsOf(layout: Layout, db: Database, now: number) {
  return (area: string, verb: string) => {
    const command = layout.findAdminCommand(area, verb)
    if (!command?.query) throw new Error(`${area} ${verb} is no question`)
    let looked = false
    return (params: Record<string, unknown>) => {
      const answer = command.query?.({ db, caller: CALLER, now }, command.params.parse(params))
      if (!looked && !/"time":/.test(JSON.stringify(answer))) throw new Error(`${area} ${verb} has no answer`)
      looked = true
    }
  }
}

function timed(run: (n: number) => void): number {
  for (let n = 0; n < WARM_UP; n += 1) run(n)
  const times = Array.from({ length: REPEATS }, (_, n) => {
    const began = systemClock.mono()
    run(n)
    return systemClock.mono() - began
  })
  return median(times)
}

/** Reads the newest readings as the thread does that sends them to central. */
function syncUs(layout: Layout, db: Database): number {
  const tables = layout.centralTables()
  const stream = {
    stream: 'readings',
    table: 'readings',
    epoch: 1,
    first: 0,
    upto: null,
    position: startOfNewest(db),
    chain: layout.CHAIN_START,
    history: '',
  }
  // What readings refer to is at central already.
  const series = { ...stream, stream: 'reading_series', table: 'reading_series', position: Number.MAX_SAFE_INTEGER }
  const source = new layout.UploadSource(db, tables, () => [stream, series])
  source.use(
    new Map(
      tables.map(({ name, columns, references }) => [
        name,
        new Set([...columns.map((column) => column.name), ...references.map(({ epochColumn }) => epochColumn ?? '')]),
      ]),
    ),
  )
  const began = systemClock.mono()
  let rows = 0
  for (let at = stream; rows < SYNC_ROWS; ) {
    const batch = source.read(at, BATCH)
    if (!batch) break
    rows += batch.rows
    at = { ...stream, position: batch.to.position, chain: batch.to.chain }
  }
  if (rows === 0) throw new Error('there was nothing to send')
  return ((systemClock.mono() - began) * 1_000) / rows
}

function startOfNewest(db: Database): number {
  const oldestOfThem = 'SELECT id FROM readings ORDER BY id DESC LIMIT 1 OFFSET ?'
  return Number(db.prepare(oldestOfThem).pluck().get(SYNC_ROWS) ?? 0)
}
