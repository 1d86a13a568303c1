import type { Database, Statement } from '../../../shared/sqlite/open.ts'

/** Columns that an announcement is made of; others change with every state. */
const OF_DEVICES = [
  ...[
    'name',
    'house_id',
    'room_id',
    'hub_id',
    'detected_brand',
    'detected_model',
    'capability_details',
    'capabilities',
  ],
  ...['auth_token_hash', 'revoked_at'],
]
const OF_ENTITIES = [
  ...[
    'device_id',
    'key',
    'name',
    'entity_type',
    'source',
    'device_class',
    'sensor_type',
    'unit_of_measurement',
    'icon',
  ],
  ...['is_enabled', 'is_visible'],
]
const OF_MAKERS = ['device_id', 'speaks', 'status', 'announced']

// A conflict is resolved as the statement wants it that fired the trigger, and an upsert wants none: so none may come up.
const note = (device: string) =>
  `INSERT INTO lares_announce (device) SELECT ${device} WHERE ${device} IS NOT NULL AND ${device} NOT IN (SELECT device FROM lares_announce);`
const noteAll = (where: string) =>
  `INSERT INTO lares_announce (device) SELECT id FROM devices WHERE (${where}) AND id NOT IN (SELECT device FROM lares_announce);`
const entityDevice = (row: string) => `(SELECT device_id FROM device_entities WHERE id = ${row}.entity_id)`
const differ = (columns: readonly string[]) =>
  `${columns.join(', ')} ON main.TABLE WHEN ${columns.map((column) => `old.${column} IS NOT new.${column}`).join(' OR ')}`

/** When a row changes, whose announcement may be another: table, event with its condition, and what is noted. */
const NOTED: readonly (readonly [table: string, when: string, what: string])[] = [
  ['devices', 'INSERT ON main.TABLE', note('new.id')],
  ['devices', `UPDATE OF ${differ(OF_DEVICES)}`, note('new.id') + noteAll('hub_id = new.id')],
  ['devices', 'DELETE ON main.TABLE', note('old.id')],
  ['device_entities', 'INSERT ON main.TABLE', note('new.device_id')],
  ['device_entities', `UPDATE OF ${differ(OF_ENTITIES)}`, note('new.device_id') + note('old.device_id')],
  ['device_entities', 'DELETE ON main.TABLE', note('old.device_id')],
  ['entity_orders', 'INSERT ON main.TABLE', note(entityDevice('new'))],
  ['entity_orders', 'UPDATE ON main.TABLE', note(entityDevice('new'))],
  ['entity_orders', 'DELETE ON main.TABLE', note(entityDevice('old'))],
  ['maker_devices', `UPDATE OF ${differ(OF_MAKERS)}`, note('new.device_id') + note('old.device_id')],
  ['rooms', `UPDATE OF ${differ(['name'])}`, noteAll('room_id = new.id')],
  ['houses', `UPDATE OF ${differ(['name', 'removed_at'])}`, noteAll('house_id = new.id')],
  ['bridges', 'INSERT ON main.TABLE', noteAll('1')],
  ['bridges', `UPDATE OF ${differ(['prefix', 'beside'])}`, noteAll('1')],
  ['bridges', 'DELETE ON main.TABLE', noteAll('1')],
]

/**
 * Devices of which something changed that is announced. SQLite itself notes it, in a table of this connection that is never on the disk: so
 * no part of the hub can forget to say it, and what is rolled back was not noted.
 */
export class ChangedDevices {
  #next: Statement
  #done: Statement
  #all: Statement
  #note: Statement

  constructor(db: Database) {
    db.exec('CREATE TEMP TABLE IF NOT EXISTS lares_announce (device TEXT PRIMARY KEY) WITHOUT ROWID')
    // The one that was before on this connection noted for itself.
    db.exec('DELETE FROM temp.lares_announce')
    for (const [at, [table, when, what]] of NOTED.entries())
      db.exec(
        `CREATE TEMP TRIGGER IF NOT EXISTS lares_announce_${at} AFTER ${when.replace('TABLE', table)} BEGIN ${what} END`,
      )
    this.#next = db.prepare('SELECT device FROM temp.lares_announce LIMIT 1').pluck()
    this.#done = db.prepare('DELETE FROM temp.lares_announce WHERE device = ?')
    this.#all = db.prepare('INSERT OR IGNORE INTO temp.lares_announce (device) SELECT id FROM devices')
    this.#note = db.prepare('INSERT OR IGNORE INTO temp.lares_announce (device) VALUES (?)')
  }

  /** One that has to be looked at; `null`: none. It is looked at no more. */
  take(): string | null {
    const device = (this.#next.get() as string | undefined) ?? null
    if (device !== null) this.#done.run(device)
    return device
  }

  note(device: string): void {
    this.#note.run(device)
  }

  noteAll(): void {
    this.#all.run()
  }
}
