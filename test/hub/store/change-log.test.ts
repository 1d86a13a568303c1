import { beforeEach, describe, expect, it } from 'vitest'
import { givenKeyTriggers } from '../../../hub/store/append-keys.ts'
import { captureTriggers, installTriggers } from '../../../hub/store/change-log.ts'
import * as columns from '../../../hub/store/columns.ts'
import { declarations } from '../../../hub/store/declarations.ts'
import { indexedTriggers } from '../../../hub/store/indexed-readings.ts'
import { ownedTriggers } from '../../../hub/store/owned-rows.ts'
import { SEAL_MARK } from '../../../hub/store/seal-mark.ts'
import { seededTriggers } from '../../../hub/store/seeded-triggers.ts'
import { capturedColumns, declarationOf, syncedTable, type TableDeclaration } from '../../../hub/store/synced-table.ts'
import { keepTriggers, whileUnkept } from '../../../hub/store/unchangeable.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { openTestHouse, START } from '../engine/engine-in-memory.ts'
import { migratedTables } from './migrated.ts'

let db: Database

beforeEach(() => {
  db = migratedTables()
  installTriggers(db, declarations())
  db.pragma('foreign_keys = OFF')
})

/** A value that a column takes; `turn` makes another one. */
function value({ kind, sealed }: columns.ColumnMark, turn: number): unknown {
  if (sealed) return `${SEAL_MARK}${turn}`
  switch (kind) {
    case 'text':
      return `text ${turn}`
    case 'json':
      return JSON.stringify({ turn })
    case 'real':
      return turn / 10
    case 'flag':
      return turn % 2
    case 'blob':
      return Buffer.from([turn])
    default:
      return turn
  }
}

/** Inserts one row with every column filled, and returns its key. */
function insert(table: TableDeclaration, turn = 1): string {
  const row = new Map([...table.columns].map(([name, mark]) => [name, value(mark, turn)]))
  if (row.has('managed_by')) row.set('managed_by', 'site')
  const names = [...row.keys()].map((name) => `"${name}"`)
  db.prepare(`INSERT INTO "${table.name}" (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`).run(
    ...row.values(),
  )
  return String(row.get(table.key))
}

/** Deletes all rows of a table, also those that it keeps. */
function removeAll(table: TableDeclaration): void {
  db.transaction(() => whileUnkept(db, table, () => void db.exec(`DELETE FROM "${table.name}"`)))()
}

function noted(): { table_name: string; row_key: string }[] {
  const rows = db.prepare('SELECT table_name, row_key FROM sync_changes').all() as never
  db.exec('DELETE FROM sync_changes')
  return rows
}

const captured = declarations().filter(({ kind }) => kind === 'mutable' || kind === 'down')
const marked = declarations().filter(({ kind }) => kind === 'append_marks')
const silent = declarations().filter(
  ({ kind, name }) => (kind === 'local' || kind === 'append') && name !== 'sync_changes',
)
const named = (tables: TableDeclaration[]) => tables.map((table) => [table.name, table] as const)

describe('a change', () => {
  it.each(named(captured))('of %s is noted by its key: insert, each column that travels, delete', (name, table) => {
    const key = insert(table)
    const note = [{ table_name: name, row_key: key }]
    expect(noted()).toEqual(note)
    for (const column of capturedColumns(table)) {
      if (column === table.key || column === 'managed_by' || table.unchangeable?.columns?.includes(column)) continue
      const mark = table.columns.get(column)
      db.prepare(`UPDATE "${name}" SET "${column}" = ?`).run(mark && value(mark, 2))
      expect([column, noted()]).toEqual([column, note])
    }
    removeAll(table)
    expect(noted()).toEqual(note)
  })

  it.each(named(captured))('of %s is noted once, with a new number each time', (name, table) => {
    insert(table)
    const seq = () => db.prepare('SELECT seq FROM sync_changes').pluck().all() as number[]
    const [first] = seq()
    const column = capturedColumns(table).find((one) => one !== table.key && one !== 'managed_by')
    db.exec(`UPDATE "${name}" SET "${column}" = "${column}"`)
    expect(seq()).toHaveLength(1)
    expect(seq()[0]).toBeGreaterThan(first ?? 0)
  })

  it.each(named(declarations()))('of what does not travel in %s is not noted', (name, table) => {
    const still = [...table.columns].filter(([, mark]) => mark.secret || mark.volatile)
    if (table.name === 'sync_changes') return
    insert(table)
    noted()
    for (const [column, mark] of still) db.prepare(`UPDATE "${name}" SET "${column}" = ?`).run(value(mark, 2))
    expect(noted()).toEqual([])
  })

  it.each(named(marked))('of %s is noted when a row is marked, not when it is added or purged', (name, table) => {
    const key = insert(table)
    expect(noted()).toEqual([])
    const column = capturedColumns(table).find((one) => one !== table.key)
    db.exec(`UPDATE "${name}" SET "${column}" = "${column}"`)
    expect(noted()).toEqual([{ table_name: name, row_key: key }])
    db.exec(`DELETE FROM "${name}"`)
    expect(noted()).toEqual([])
  })

  it.each(named(silent))('of %s is never noted', (name, table) => {
    insert(table)
    const column = [...table.columns.keys()].find((one) => one !== table.key)
    db.exec(`UPDATE "${name}" SET "${column}" = "${column}"`)
    db.exec(`DELETE FROM "${name}"`)
    expect(noted()).toEqual([])
  })

  it.each(named(captured.filter(({ kind }) => kind === 'down')))(
    'of a row of %s that central manages is not noted, so nothing echoes',
    (name, table) => {
      insert(table)
      db.exec(`UPDATE "${name}" SET managed_by = 'central'`)
      noted()
      const column = capturedColumns(table).find((one) => one !== table.key && one !== 'managed_by')
      db.exec(`UPDATE "${name}" SET "${column}" = "${column}"`)
      db.exec(`DELETE FROM "${name}"`)
      expect(noted()).toEqual([])
    },
  )

  it('by a foreign key is noted too: a house takes everything of its own with it', () => {
    const house = openTestHouse()
    house.device('kitchen-pi')
    house.send([
      'lares/kitchen-pi/readings',
      { items: [{ sensor: 'cpu_temperature', value: 1, kind: 'temperature', unit: '°C' }] },
    ])
    house.db.exec('DELETE FROM sync_changes')
    house.db.exec('DELETE FROM houses')
    expect(house.all('SELECT DISTINCT table_name FROM sync_changes ORDER BY 1').map((row) => row.table_name)).toEqual([
      'device_entities',
      'devices',
      'houses',
    ])
    expect(house.all('SELECT count(*) AS n FROM readings')).toEqual([{ n: 0 }])
    expect(house.all('SELECT count(*) AS n FROM events')[0]?.n).toBeGreaterThan(0)
  })

  it('that was rolled back was never noted', () => {
    const house = openTestHouse()
    house.db.exec('DELETE FROM sync_changes')
    house.db.exec(`BEGIN; UPDATE houses SET updated_at = ${START + 1}; ROLLBACK`)
    expect(house.all('SELECT * FROM sync_changes')).toEqual([])
  })
})

describe('the triggers', () => {
  const live = () =>
    db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name").all() as {
      name: string
      sql: string
    }[]
  const wanted = () =>
    declarations()
      .flatMap((table) => [
        ...captureTriggers(table),
        ...keepTriggers(table),
        ...ownedTriggers(table),
        ...seededTriggers(table),
        ...givenKeyTriggers(table),
        ...indexedTriggers(table),
      ])
      .sort((a, b) => (a.name < b.name ? -1 : 1))

  it('are exactly those that follow from the declarations', () => {
    expect(live()).toEqual(wanted())
    const capture = live().filter(({ name }) => name.startsWith('capture_'))
    for (const { name, kind } of declarations())
      expect(capture.filter((trigger) => trigger.sql.includes(`ON "${name}"`))).toHaveLength(
        { mutable: 3, down: 3, append_marks: 1, append: 0, local: 0 }[kind],
      )
  })

  it('come back at the next start when one is missing, changed, or of a table that no longer has any', () => {
    db.exec('DROP TRIGGER capture_devices_update')
    db.exec('DROP TRIGGER keep_events_delete')
    db.exec('DROP TRIGGER capture_houses_insert')
    db.exec('CREATE TRIGGER capture_houses_insert AFTER INSERT ON houses BEGIN SELECT 1; END')
    db.exec('CREATE TRIGGER capture_old_insert AFTER INSERT ON rooms BEGIN SELECT 1; END')
    installTriggers(db, declarations())
    expect(live()).toEqual(wanted())
  })

  it('follow for a new table from its declaration alone', () => {
    const table = syncedTable('gardens', 'mutable', {
      id: columns.textId(),
      name: columns.text(),
      soil: columns.volatile(columns.real()),
      key: columns.secret(),
    })
    const triggers = captureTriggers(declarationOf(table))
    expect(triggers.map(({ name }) => name)).toEqual([
      'capture_gardens_insert',
      'capture_gardens_update',
      'capture_gardens_delete',
    ])
    expect(triggers[1]?.sql).toContain('UPDATE OF "id", "name" ON "gardens"')
  })
})
