import { catalogueTable } from '../../../central/catalogue.ts'
import type { StreamPosition } from '../../../hub/engine/sync-step.ts'
import { isAppend } from '../../../hub/store/central-shape.ts'
import { CHAIN_START } from '../../../hub/sync/chain.ts'
import { mergeSql } from '../../../hub/sync/merge-sql.ts'
import { CHANGES } from '../../../hub/sync/reconcile.ts'
import { type UploadBatch, UploadSource } from '../../../hub/sync/upload-source.ts'
import { openTestHouse, reading, type TestHouse } from '../engine/engine-in-memory.ts'
import { TABLES } from './house-with-central.ts'

const EPOCH = 1
const PI = 'pi-a1b2c3'
/** Everything that COPY's text format must escape, and a character beyond the basic plane. */
const AWKWARD = 'tab\t newline\n return\r backslash \\ \\N "quotes" \'single\' 🏠'

/** What one hub sent of one table in one transaction: plain data, which no later version of Lares has a hand in. */
export interface GoldenStage {
  table: string
  through: 'cursor' | 'log'
  columns: { name: string; type: string }[]
  lines: string[]
  create: string
  copy: string
  merge: string
}

export interface Golden {
  version: string
  epoch: number
  /** Stages in the order in which they were sent; those of one batch share a transaction. */
  batches: GoldenStage[][]
  /** Rows of the site at central afterwards, by table. */
  counts: Record<string, number>
  /** Questions about the site, which is `$1`, and what they answer. */
  answers: { sql: string; rows: Record<string, unknown>[] }[]
}

/** Every batch that a house with a row in every table sends, and what central should have of it. */
export function goldenOf(version: string): Golden {
  const house = openTestHouse()
  const send = sender(house)
  furnish(house)
  const batches = send()
  // Marks of rows that were sent, changes, and a row that is gone: they go through the change log.
  house.db.prepare("UPDATE events SET acknowledged_by = 'u1' WHERE id = 1").run()
  house.db.prepare("UPDATE rooms SET name = 'Parlour', updated_at = updated_at + 1 WHERE id = 'r1'").run()
  house.db.prepare("DELETE FROM rooms WHERE id = 'r2'").run()
  batches.push(...send())
  return {
    version,
    epoch: EPOCH,
    batches: batches.map(({ stages }) =>
      stages.map((stage) => {
        const { create, copy, merge } = mergeSql(stage)
        const { table, stage: columns } = stage.encoder
        return {
          table: table.name,
          through: stage.through,
          columns: columns.map(({ name, type }) => ({ name, type })),
          lines: stage.lines,
          create,
          copy,
          merge,
        }
      }),
    ),
    counts: Object.fromEntries(
      TABLES.map(({ name }) => {
        const count = Number(house.db.prepare(`SELECT count(*) FROM "${name}"`).pluck().get())
        // The room that is gone is still there, marked.
        return [name, name === 'rooms' ? count + 1 : count]
      }),
    ),
    answers: ANSWERS,
  }
}

const ANSWERS: Golden['answers'] = [
  {
    sql: 'SELECT name, user_description, discovery_confidence, supported_features, auth_method FROM lares.devices WHERE site_id = $1',
    rows: [
      {
        name: 'Kitchen',
        user_description: AWKWARD,
        discovery_confidence: 0.25,
        supported_features: ['voice'],
        auth_method: null,
      },
    ],
  },
  {
    sql: "SELECT epoch, id::integer, series_id::integer, series_epoch, value, quality, metadata, (reading_time AT TIME ZONE 'UTC')::text AS at FROM lares.readings WHERE site_id = $1 ORDER BY id",
    rows: [
      { value: 40.5, quality: null, metadata: null },
      { value: 1e-7, quality: 0.5, metadata: { note: AWKWARD } },
    ].map((row, at) => ({ epoch: 1, id: at + 1, series_id: 1, series_epoch: 1, ...row, at: '2026-01-01 00:00:00' })),
  },
  {
    sql: 'SELECT min, max, sum, count::integer, series_epoch FROM lares.reading_rollups WHERE site_id = $1',
    rows: [{ min: 1, max: 3, sum: 6, count: 3, series_epoch: 1 }],
  },
  {
    sql: 'SELECT acknowledged_by FROM lares.events WHERE site_id = $1 AND id = 1 AND sync_seq > 0',
    rows: [{ acknowledged_by: 'u1' }],
  },
  {
    sql: 'SELECT id, name, deleted_at IS NULL AS there FROM lares.rooms WHERE site_id = $1 ORDER BY id',
    rows: [
      { id: 'r1', name: 'Parlour', there: true },
      { id: 'r2', name: 'Room r2', there: false },
    ],
  },
  {
    sql: 'SELECT m.content, t.phase, c.bytes::integer FROM lares.messages m JOIN lares.turns t ON t.site_id = m.site_id AND t.id = m.turn_id JOIN lares.audio_clips c ON c.site_id = m.site_id AND c.turn_id = t.id WHERE m.site_id = $1',
    rows: [{ content: AWKWARD, phase: 'ended', bytes: 32_000 }],
  },
]

/** A row in every table that leaves the house. What the hub makes by itself is left as it is. */
function furnish(house: TestHouse): void {
  const { now } = house
  const home = String(house.db.prepare('SELECT id FROM houses').pluck().get())
  const add = (table: string, row: Record<string, string | number | null>) => {
    const columns = Object.keys(row)
    house.db
      .prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`)
      .run(...Object.values(row))
  }
  const stamps = { created_at: now, updated_at: now }
  add('users', { id: 'u1', email: 'anna@example.org', ...stamps })
  for (const id of ['r1', 'r2'])
    add('rooms', { id, house_id: home, name: `Room ${id}`, room_type: 'kitchen', floor: -1, ...stamps })
  add('people', { id: 'p1', house_id: home, user_id: 'u1', name: 'Anna', role: 'owner', ...stamps })
  add('device_groups', { id: 'g1', name: 'Day', owner_id: 'u1', settings: '{"n":1.5}', ...stamps })
  house.device(PI)
  house.db
    .prepare(
      `UPDATE devices SET name = 'Kitchen', room_id = 'r1', group_id = 'g1', user_description = ?, discovery_confidence = 0.25, supported_features = '["voice"]'`,
    )
    .run(AWKWARD)
  add('control_actions', {
    device_id: PI,
    command_id: 'c1',
    action_type: 'switch',
    command: 'switch',
    parameters: '{"output":"lamp"}',
    status: 'pending',
    ...stamps,
  })
  add('device_settings', { id: 's1', device_id: PI, version: 1, settings: '{"heartbeat_s":60}', ...stamps })
  house.send([`lares/${PI}/readings`, reading(1, 40.5)], [`lares/${PI}/readings`, reading(2, 1e-7)])
  house.db
    .prepare('UPDATE readings SET quality = 0.5, metadata = ? WHERE id = 2')
    .run(JSON.stringify({ note: AWKWARD }))
  add('reading_rollups', {
    ...{ series_id: 1, step: 300_000, bucket: now - 300_000, min: 1, max: 3, sum: 6, count: 3, created_at: now },
  })
  add('timers', {
    ...{
      id: 't1',
      house_id: home,
      device_id: PI,
      kind: 'alarm',
      name: 'Tea',
      state: 'waiting',
      rings_at: now + 60_000,
    },
    ...{ wall_time: '2026-01-01T00:01', zone: 'UTC', clock_known: 1, ...stamps },
  })
  const version = '1.0.0'
  add('sessions', { id: 's1', device_id: PI, persona_id: 'companion', persona_version: version, ...stamps })
  const turn = { session_id: 's1', device_id: PI, ...stamps }
  add('turns', { id: `${PI}/t1`, phase: 'ended', started_at: now, frames: 50, checksum: 'cbf43926', ...turn })
  add('messages', { id: 'm1', session_id: 's1', turn_id: `${PI}/t1`, role: 'user', content: AWKWARD, ...stamps })
  add('audio_clips', {
    ...{ id: 'c1', turn_id: `${PI}/t1`, file: 't1.wav', format: 'wav', duration_ms: 1_000, bytes: 32_000 },
    ...{ frames: 50, lost_frames: 0, checksum: 'e3b0c44298fc1c14', completeness: 'complete', ...turn },
  })
  if (!house.db.prepare('SELECT 1 FROM device_entities').get())
    add('device_entities', {
      ...{ id: 'e1', device_id: PI, entity_id: 'sensor.x', name: 'X', entity_type: 'sensor', ...stamps },
    })
}

/** Reads everything that is new, as the pump would towards a central with every table and column. */
function sender(house: TestHouse): () => UploadBatch[] {
  const open = (stream: string, table: string): StreamPosition => ({
    ...{ stream, table, epoch: EPOCH, first: 0, upto: null, position: 0, chain: CHAIN_START, history: '' },
  })
  const append = TABLES.filter(isAppend).map(({ name }) => open(name, name))
  let streams = [open(CHANGES, 'sync_changes'), ...append]
  const source = new UploadSource(house.db, TABLES, () => streams)
  source.use(
    new Map(TABLES.map((table) => [table.name, new Set(catalogueTable(table).columns.map(({ name }) => name))])),
  )
  return () => {
    const batches: UploadBatch[] = []
    for (;;) {
      // What others refer to goes first, and a stream that must wait for it has nothing yet.
      const batch = streams.map((stream) => source.read(stream, 1_000)).find((next) => next !== null)
      if (!batch) return batches
      streams = streams.map((stream) => (stream.stream === batch.to.stream ? batch.to : stream))
      if (batch.stages.length > 0) batches.push(batch)
    }
  }
}
