import type { Database } from '../../../../shared/sqlite/open.ts'
import { YEAR_DEVICE, YEAR_MS } from './history.ts'
import { SENSORS_OF_A_DEVICE } from './house-messages.ts'
import type { Layout } from './layout.ts'
import { LOCAL_CALLER } from './local-caller.ts'

/**
 * How long what others ask of a house takes, each time that it was asked: processor time of the thread that answers. All that is read
 * is in the system's cache, so on a quiet machine it is the time on the clock, and on a busy one what that would be.
 */
export interface Answers {
  chart24hMs: number[]
  chart1yMs: number[]
  latestMs: number[]
  /** Microseconds for each row that was read for upload. */
  syncUs: number[]
}

export interface AskedHouse {
  file: string
  devices: readonly string[]
  now: number
}

const DAY_MS = 86_400_000
/** In one round. */
const REPEATS = 12
const LATEST_REPEATS = 60
const SYNC_ROWS = 100_000
/** A backfill's batches, in rows. */
const BATCH = 20_000
const CALLER = { ...LOCAL_CALLER, houses: null, sees: null }

/**
 * Asks a house that nobody writes to, on a connection as the hub's reader has one. Each call is one round, of a tenth of a second or
 * two, and goes on where the last one ended.
 */
export function questions(layout: Layout, { file, devices, now }: AskedHouse): () => Answers {
  const db = layout.openDatabase({ file, readonly: true })
  const ask = questionsOf(layout, db, now)
  const sensors = devices.flatMap((device) => SENSORS_OF_A_DEVICE.map((sensor) => ({ device, sensor })))
  const chart24h = ask('readings', 'query')
  const chart1y = ask('readings', 'summary')
  const latest = ask('readings', 'latest')
  const readBatch = uploadOf(layout, db)
  let round = 0
  return () => {
    round += 1
    return {
      chart24hMs: timed(REPEATS, (n) =>
        chart24h({ ...sensors[(round * REPEATS + n) % sensors.length], from: now - DAY_MS, to: now, limit: 10_000 }),
      ),
      chart1yMs: timed(REPEATS, (n) => {
        const sensor = SENSORS_OF_A_DEVICE[(round + n) % SENSORS_OF_A_DEVICE.length]
        chart1y({ device: YEAR_DEVICE, sensor, step: '1h', from: now - YEAR_MS, to: now, limit: 10_000 })
      }),
      latestMs: timed(LATEST_REPEATS, () => latest({})),
      syncUs: [readBatch()],
    }
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

/** Milliseconds of one of them. Some systems count a thread's time in ticks of 4 ms, so they are timed together. */
function timed(repeats: number, run: (n: number) => void): number[] {
  const began = threadMs()
  for (let n = 0; n < repeats; n += 1) run(n)
  return [(threadMs() - began) / repeats]
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

/** Reads the newest readings as the thread does that sends them to central, a batch at a time and over and over. */
function uploadOf(layout: Layout, db: Database): () => number {
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
  const newest = Number(db.prepare('SELECT max(id) FROM readings').pluck().get())
  let at = stream
  return () => {
    const began = threadMs()
    const batch = source.read(at, BATCH)
    const tookMs = threadMs() - began
    if (!batch) throw new Error('there was nothing to send')
    const { position, chain } = batch.to
    at = position < newest ? { ...stream, position, chain } : stream
    return (tookMs * 1_000) / batch.rows
  }
}

function startOfNewest(db: Database): number {
  const beforeThem = 'SELECT id FROM readings ORDER BY id DESC LIMIT 1 OFFSET ?'
  return Number(db.prepare(beforeThem).pluck().get(SYNC_ROWS) ?? 0)
}
