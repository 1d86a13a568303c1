import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { withCentral } from '../../../central/connect.ts'
import { migrateCentral } from '../../../central/migrate-central.ts'
import { addSite } from '../../../central/sites.ts'
import { centralTables } from '../../../hub/store/central-tables.ts'
import { CHAIN_START } from '../../../hub/sync/chain.ts'
import { mergeSql } from '../../../hub/sync/merge-sql.ts'
import { Postgres as Central } from '../../../hub/sync/postgres.ts'
import { type UploadBatch, UploadSource } from '../../../hub/sync/upload-source.ts'
import { systemClock, wait } from '../../../shared/clock.ts'
import type { Postgres } from '../postgres.ts'
import { declareSensors } from './declare-sensors.ts'
import { type BenchOptions, load, residentMb } from './figures.ts'
import type { FullHouse } from './full-house.ts'
import { type HubProcess, startHub } from './hub-process.ts'
import { LocalAdmin } from './local-admin.ts'
import { FIRST_SEQ } from './ring.ts'

const BATCH = 20_000
const LOOK_MS = 100
const TURNS = 3
const GIVE_UP_MS = 600_000

/** A database with central's schema and one site, and the site's address. */
async function freshCentral(server: Postgres): Promise<{ url: string; site: string }> {
  const admin = server.url(await server.freshDatabase())
  return withCentral(admin, async (client) => {
    await migrateCentral(client)
    const { site_id: site, role, password } = await addSite(client, 'bench')
    const url = new URL(admin)
    url.username = role
    url.password = password
    return { url: url.href, site }
  })
}

/** Rows a second of a bare COPY into a temporary table and merge, by the site's own role, read and encoded before. */
export async function copyLimit(server: Postgres, house: FullHouse): Promise<number> {
  const { url, site } = await freshCentral(server)
  const batches = encodeAll(house)
  const central = new Central({ url, name: 'bench', connectMs: 10_000, statementMs: 60_000 })
  await central.connect()
  const started = systemClock.mono()
  for (const { stages } of batches) {
    await central.begin()
    for (const stage of stages) {
      const sql = mergeSql(stage)
      await central.run(sql.create)
      await central.copy(sql.copy, stage.lines.join(''))
      await central.run(sql.merge, [site, 1])
    }
    await central.commit()
  }
  const seconds = (systemClock.mono() - started) / 1_000
  central.close()
  return Math.round(house.rows / seconds)
}

function encodeAll({ folder, rows }: FullHouse): UploadBatch[] {
  const db = new Sqlite(join(folder, 'hub.db'), { readonly: true })
  const tables = centralTables()
  const stream = {
    stream: 'readings',
    table: 'readings',
    epoch: 1,
    first: 0,
    upto: null,
    position: 0,
    chain: CHAIN_START,
    history: '',
  }
  const series = { ...stream, stream: 'reading_series', table: 'reading_series', position: 1_000_000 }
  const streams = [stream, series]
  const source = new UploadSource(db, tables, () => streams)
  source.use(
    new Map(
      tables.map(({ name, columns, references }) => [
        name,
        new Set([...columns.map((column) => column.name), ...references.map(({ epochColumn }) => epochColumn ?? '')]),
      ]),
    ),
  )
  const batches: UploadBatch[] = []
  for (let at = stream; ; ) {
    const batch = source.read(at, BATCH)
    if (!batch) break
    batches.push(batch)
    at = { ...stream, position: batch.to.position }
  }
  db.close()
  const read = batches.reduce((sum, batch) => sum + batch.rows, 0)
  if (read !== rows) throw new Error(`${rows} rows were to be read, ${read} were`)
  return batches
}

export interface UploadFigures {
  rowsPerSecond: number
  seconds: number
  /** Highest seen. */
  residentMb: number
}

/** A hub starts with all of these rows unsent; measured from its first batch until nothing waits. */
export async function uploadAll(server: Postgres, house: FullHouse): Promise<UploadFigures> {
  const { url, site } = await freshCentral(server)
  const hub = await hubWithCentral(house.copy('upload'), url)
  try {
    let memory = 0
    const stop = systemClock.every(LOOK_MS, () => {
      memory = Math.max(memory, residentMb(hub.pid))
    })
    const started = systemClock.mono()
    await untilSent(hub)
    const seconds = (systemClock.mono() - started) / 1_000
    stop()
    const stored = await withCentral(server.url(new URL(url).pathname.slice(1)), async (client) => {
      const { rows } = await client.query('SELECT count(*) AS n FROM lares.readings WHERE site_id = $1', [site])
      return Number((rows[0] as { n: string }).n)
    })
    if (stored !== house.rows) throw new Error(`${house.rows} readings were to be at central, ${stored} are`)
    return { rowsPerSecond: Math.round(house.rows / seconds), seconds, residentMb: memory }
  } finally {
    await hub.stop()
  }
}

/**
 * Messages a second that the hub acknowledges with nothing to send, and while it sends what it missed. Measured in turns,
 * because what else the machine does changes from one minute to the next; each is the mean of its turns.
 */
export async function ingestSlowdown(
  server: Postgres,
  house: FullHouse,
  options: BenchOptions,
): Promise<{ alone: number; meanwhile: number }> {
  const alone: number[] = []
  const meanwhile: number[] = []
  for (let turn = 1; turn <= TURNS; turn++) {
    alone.push(await ingest(await startHub({ folder: house.copy(`alone-${turn}`) }), house, options))
    const { url } = await freshCentral(server)
    meanwhile.push(await ingest(await hubWithCentral(house.copy(`meanwhile-${turn}`), url), house, options))
  }
  const mean = (figures: number[]) => Math.round(figures.reduce((sum, figure) => sum + figure, 0) / figures.length)
  return { alone: mean(alone), meanwhile: mean(meanwhile) }
}

async function ingest(hub: HubProcess, { devices }: FullHouse, options: BenchOptions): Promise<number> {
  try {
    await declareSensors(hub.ports.plain, devices)
    const clients = devices.map(({ device, secret }) => ({
      id: device,
      user: device,
      password: secret,
      topic: `lares/${device}/readings`,
    }))
    const { messagesPerSecond } = await load({ port: hub.ports.plain, clients, firstSeq: FIRST_SEQ }, options)
    return messagesPerSecond
  } finally {
    await hub.stop()
  }
}

function hubWithCentral(folder: string, url: string): Promise<HubProcess> {
  writeFileSync(join(folder, 'central.url'), `${url}\n`, { mode: 0o600 })
  return startHub({ folder })
}

interface Live {
  state: string
  rows_behind: number
  streams: unknown[]
  last_error: string | null
}

async function untilSent(hub: HubProcess): Promise<void> {
  const admin = await LocalAdmin.open(hub.ports.socket)
  const deadline = systemClock.mono() + GIVE_UP_MS
  try {
    for (;;) {
      const { live } = await admin.call<{ live: Live }>('sync', 'status')
      if (live.state === 'running' && live.streams.length > 0 && live.rows_behind === 0) return
      if (systemClock.mono() > deadline) throw new Error(`central is still behind: ${live.last_error}`)
      await wait(systemClock, LOOK_MS)
    }
  } finally {
    admin.close()
  }
}
