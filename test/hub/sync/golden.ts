import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { catalogueTable } from '../../../central/catalogue.ts'
import type { StreamPosition } from '../../../hub/engine/sync-step.ts'
import { isAppend } from '../../../hub/store/central-shape.ts'
import { installCapture } from '../../../hub/store/change-log.ts'
import { declarations } from '../../../hub/store/declarations.ts'
import { MIGRATIONS } from '../../../hub/store/open-store.ts'
import { CHAIN_START } from '../../../hub/sync/chain.ts'
import { mergeSql } from '../../../hub/sync/merge-sql.ts'
import { Source } from '../../../hub/sync/source.ts'
import { migrate } from '../../../shared/sqlite/migrate.ts'
import { openDatabase } from '../../../shared/sqlite/open.ts'
import { START } from '../engine/engine-in-memory.ts'
import { fillHouse, type PlainRow, rowsHere, SORTED } from './full-house.ts'

/** What a hub of one release sends for a fixed house, as data: a later central must still take it. */
export interface Golden {
  version: string
  /** Each was one transaction. */
  batches: {
    stream: string
    epoch: number
    stages: { table: string; columns: string[]; create: string; copy: string; merge: string; lines: string[] }[]
  }[]
  /** What central must have afterwards. */
  tables: { name: string; kinds: Record<string, string>; key: string; rows: PlainRow[]; gone: string[] }[]
}

export const GOLDEN_FOLDER = join(import.meta.dirname, '../../fixtures/golden')

export function currentVersion(): string {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as {
    version: string
  }
  return version
}

/** The batches of this version of the hub for the fixed house. */
export function makeGolden(): Golden {
  const db = openDatabase({ file: ':memory:' })
  migrate(db, { folder: MIGRATIONS, now: START })
  installCapture(db, declarations())
  fillHouse(db)
  const streams = ['changes', ...SORTED.filter(isAppend).map(({ name }) => name)].map(
    (stream): StreamPosition => ({
      stream,
      table: stream === 'changes' ? 'sync_changes' : stream,
      epoch: 1,
      first: 0,
      upto: null,
      position: 0,
      chain: CHAIN_START,
    }),
  )
  const source = new Source(db, SORTED, () => streams)
  source.use(
    new Map(
      SORTED.map((table) => [table.name, new Set(catalogueTable(table).columns.map(({ name }) => name))] as const),
    ),
  )
  const batches: Golden['batches'] = []
  const send = () => {
    for (const [index, stream] of streams.entries()) {
      const batch = source.read(stream, 100_000)
      if (!batch) continue
      streams[index] = batch.to
      const stages = batch.stages.map((stage) => {
        const { create, copy, merge } = mergeSql(stage)
        const { table, stage: columns } = stage.encoder
        return { table: table.name, columns: columns.map(({ name }) => name), create, copy, merge, lines: stage.lines }
      })
      batches.push({ stream: stream.stream, epoch: stream.epoch, stages })
    }
  }
  // Parents of readings go first, so two rounds; then a deletion and a mark.
  send()
  send()
  const gone = db.prepare('SELECT id FROM rooms ORDER BY id LIMIT 1').pluck().all() as string[]
  db.pragma('foreign_keys = OFF')
  db.prepare('DELETE FROM rooms WHERE id = ?').run(...gone)
  db.prepare('UPDATE events SET processed = 1 - processed WHERE id = 2').run()
  send()
  const tables = SORTED.map((table) => ({
    name: table.name,
    key: table.key,
    kinds: Object.fromEntries(table.columns.map(({ name, kind }) => [name, kind])),
    rows: rowsHere(db, table),
    gone: table.name === 'rooms' ? gone : [],
  }))
  db.close()
  return { version: currentVersion(), batches, tables }
}
