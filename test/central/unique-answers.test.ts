import { describe, expect, it } from 'vitest'
import { centralKey, hasTombstones, isAppend } from '../../hub/store/central-shape.ts'
import { centralTables } from '../../hub/store/central-tables.ts'
import { declarations } from '../../hub/store/declarations.ts'
import { whileUnkept } from '../../hub/store/unchangeable.ts'
import type { Database } from '../../shared/sqlite/open.ts'
import { openTestHouse } from '../hub/engine/engine-in-memory.ts'
import { rows } from '../hub/sync/house-with-central.ts'
import { type HouseWithScopes, useHouses } from '../hub/sync/scopes-at-central.ts'
import { useCentral, VERSIONS } from './postgres-servers.ts'

/**
 * What central does about a unique key of a house.
 *
 * - `follows`: only the house makes such rows. While changes are on their way central may show one value twice, and takes
 *   each as it comes; once all are there it has what the house has.
 * - `beside`: rows are written once. One that the house made anew stands beside the former one, which others refer to.
 * - `settled`: follows the house's own rows; a row that central gives and the house cannot take is refused there alone, and
 *   listed until a person settles it.
 */
interface Answer {
  does: 'follows' | 'beside' | 'settled'
  /** SQL that makes a row with this key and this value of the unique key. */
  make: (key: string, value: string) => string
  /** The column that tells two rows apart. */
  column: string
  /** Central's row with this key and value. */
  given?: (key: string, value: string) => Record<string, unknown> & { id: string }
}

const DEVICE = 'kitchen-pi'

/** Every unique key beside the primary keys, of every table that leaves the house. A new one needs an answer here. */
const ANSWERS = new Map<string, Answer>([
  [
    'device_entities(entity_id, source)',
    {
      does: 'follows',
      column: 'entity_id',
      make: (key, value) =>
        `INSERT INTO device_entities (id, device_id, entity_id, key, name, entity_type, created_at, updated_at) VALUES ('${key}', '${DEVICE}', '${value}', '${key}', 'E', 'sensor', 1, 1)`,
    },
  ],
  [
    'device_entities(unique_id, source)',
    {
      does: 'follows',
      column: 'unique_id',
      make: (key, value) =>
        `INSERT INTO device_entities (id, device_id, entity_id, unique_id, key, name, entity_type, created_at, updated_at) VALUES ('${key}', '${DEVICE}', 'sensor.${key}', '${value}', '${key}', 'E', 'sensor', 1, 1)`,
    },
  ],
  [
    'device_entities(device_id, key)',
    {
      does: 'follows',
      column: 'key',
      make: (key, value) =>
        `INSERT INTO device_entities (id, device_id, entity_id, key, name, entity_type, created_at, updated_at) VALUES ('${key}', '${DEVICE}', 'sensor.${key}', '${value}', 'E', 'sensor', 1, 1)`,
    },
  ],
  [
    'reading_series(device_id, sensor, sensor_type, unit)',
    {
      does: 'beside',
      column: 'sensor',
      make: (_, value) =>
        `INSERT INTO reading_series (device_id, sensor, sensor_type, unit, created_at) VALUES ('${DEVICE}', '${value}', 'number', '', 1)`,
    },
  ],
  [
    'control_actions(command_id)',
    {
      does: 'beside',
      column: 'command_id',
      make: (_, value) =>
        `INSERT INTO control_actions (device_id, command_id, action_type, command, status, created_at, updated_at) VALUES ('${DEVICE}', '${value}', 'switch', 'switch', 'pending', 1, 1)`,
    },
  ],
  [
    'device_settings(device_id)',
    {
      does: 'follows',
      column: 'device_id',
      make: (key, value) =>
        `INSERT INTO devices (id, house_id, name, device_class, integration_type, status_since, discovery_method, created_at, updated_at) SELECT '${value}', house_id, 'D', device_class, integration_type, 1, discovery_method, 1, 1 FROM devices WHERE id = '${DEVICE}' ON CONFLICT DO NOTHING;
        INSERT INTO device_settings (id, device_id, version, created_at, updated_at) VALUES ('${key}', '${value}', 1, 1, 1)`,
    },
  ],
  [
    'users(email)',
    {
      does: 'settled',
      column: 'email',
      make: (key, value) => `INSERT INTO users (id, email, created_at, updated_at) VALUES ('${key}', '${value}', 1, 1)`,
      given: (id, email) => ({ id, email }),
    },
  ],
  [
    'persona_versions(persona_id, version)',
    {
      does: 'settled',
      column: 'version',
      make: (key, value) =>
        `INSERT INTO persona_versions (id, persona_id, version, created_at) VALUES ('${key}', 'own', '${value}', 1)`,
      given: (id, version) => ({ id, persona_id: 'own', version }),
    },
  ],
])

interface UniqueKey {
  table: string
  columns: string[]
  isPrimary: boolean
}

/** Whoever may remove such rows. */
function remove(db: Database, table: string, where: string): void {
  const declaration = declarations().find(({ name }) => name === table)
  const run = () => void db.exec(`DELETE FROM ${table} WHERE ${where}`)
  if (declaration && declaration.unchangeable !== null) db.transaction(() => whileUnkept(db, declaration, run))()
  else run()
}

/** As SQLite has them, whatever made them: an index, a constraint or a primary key. */
function uniqueKeys(db: Database): UniqueKey[] {
  return declarations().flatMap(({ name: table }) => {
    const columns = db.pragma(`table_info("${table}")`) as { name: string; pk: number }[]
    const primary = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk)
    const indexes = db.pragma(`index_list("${table}")`) as { name: string; unique: number; origin: string }[]
    const others = indexes
      .filter(({ unique, origin }) => unique === 1 && origin !== 'pk')
      .map(({ name }) => (db.pragma(`index_info("${name}")`) as { name: string }[]).map((column) => column.name))
    return [
      { table, columns: primary.map(({ name }) => name), isPrimary: true },
      ...others.map((list) => ({ table, columns: list, isPrimary: false })),
    ]
  })
}

const house = openTestHouse()
const found = uniqueKeys(house.db)
house.db.close()
const tables = new Map(centralTables().map((table) => [table.name, table]))
const leaving = found.filter(({ table }) => tables.has(table))
const nameOf = ({ table, columns }: UniqueKey) => `${table}(${columns.join(', ')})`

describe("the unique keys of a house's database", () => {
  it('have an answer each, and no answer speaks of one that is gone', () => {
    const others = leaving.filter(({ isPrimary }) => !isPrimary)
    expect([...ANSWERS.keys()].sort()).toEqual(others.map(nameOf).sort())
  })

  it('are known to central as they are declared, so that clashes are looked for in all of them', () => {
    const known = [...tables.values()].flatMap(({ name, uniques }) =>
      uniques.map(({ columns }) => ({ table: name, columns, isPrimary: false })),
    )
    expect(known.map(nameOf).sort()).toEqual([...ANSWERS.keys()].sort())
  })

  it('that are primary keys are part of the key at central, below the site and where needed the epoch', () => {
    for (const { table, columns } of leaving.filter(({ isPrimary }) => isPrimary)) {
      const shape = tables.get(table)
      if (shape === undefined) continue
      const kept = isAppend(shape) ? ['site_id', 'epoch', ...columns] : ['site_id', ...columns]
      expect(centralKey(shape).slice(0, kept.length)).toEqual(kept)
    }
  })

  it('are answered as befits who makes such rows', () => {
    const befits = { append: 'beside', append_marks: 'beside', mutable: 'follows', down: 'settled' }
    for (const [name, { does }] of ANSWERS)
      expect([name, does]).toEqual([name, befits[tables.get(name.split('(')[0] ?? '')?.kind ?? 'append']])
  })
})

describe.each(VERSIONS)('central on PostgreSQL %s', (version) => {
  const begin = useHouses(useCentral(version))

  async function home(): Promise<HouseWithScopes> {
    const made = await begin()
    made.house.device(DEVICE)
    made.house.db.exec(
      "INSERT INTO personas (id, name, created_at, updated_at) VALUES ('own', 'Own', 1, 2) ON CONFLICT DO NOTHING",
    )
    return made
  }

  it.each([...ANSWERS])("takes what a house's %s was and is, in any order", async (name, answer) => {
    const running = await home()
    const { house: mine, admin } = running
    const table = name.split('(')[0] ?? ''
    const live = hasTombstones({ kind: tables.get(table)?.kind ?? 'append' }) ? 'deleted_at IS NULL AND ' : ''
    const there = async (value: string) =>
      (await rows(admin, `SELECT FROM lares.${table} WHERE ${live}${answer.column} = $1`, [value])).length
    mine.db.exec(answer.make('k-1', 'value-1'))
    mine.db.exec(answer.make('k-2', 'value-2'))
    const seen: number[] = []
    const failpoint = async (moment: string, work: string) => {
      if (moment === 'committed' && work === 'changes') seen.push(await there('value-1'))
    }
    running.restart({ failpoint })
    await running.settled()
    await running.kill()
    seen.length = 0
    // The one that had it is gone or has another one, and who has it now is sent first.
    remove(mine.db, table, `${answer.column} = 'value-1'`)
    mine.db.exec(answer.make('k-0', 'value-1'))
    mine.db.exec(
      `DELETE FROM sync_changes WHERE row_key = 'k-1'; INSERT INTO sync_changes (table_name, row_key) SELECT '${table}', 'k-1' WHERE '${answer.does}' <> 'beside'`,
    )
    running.restart({ failpoint })
    // Each change in a batch of its own, so that they come apart.
    running.pump.core.state.batchRows = 1
    await running.settled()
    expect(running.status().quarantined).toBe(0)
    if (answer.does === 'beside') expect(await there('value-1')).toBe(2)
    else {
      expect(seen).toContain(2)
      expect(await there('value-1')).toBe(1)
    }
  })

  it.each([...ANSWERS].filter(([, { given }]) => given))('lets one house settle its %s', async (name, answer) => {
    const table = name.split('(')[0] ?? ''
    const running = await home()
    running.house.db.exec(answer.make('k-own', 'value'))
    await running.grant('care')
    await running.put('care', table, answer.given?.('k-central', 'value') ?? { id: '' })
    await running.put('care', table, answer.given?.('k-other', 'other') ?? { id: '' })
    running.restart()
    expect((await running.taken('care')).refused).toMatchObject([{ table, key: 'k-central' }])
    await running.settled()
    // Neither its neighbour nor what the house has of its own waits for it.
    expect(running.one(`SELECT managed_by FROM ${table} WHERE id = 'k-other'`)).toEqual({ managed_by: 'central' })
    expect(await rows(running.admin, `SELECT id FROM lares.${table} WHERE id = 'k-own'`)).toHaveLength(1)
  })
})
