import type { Database } from '../../shared/sqlite/open.ts'
import { givenKeyTriggers } from './append-keys.ts'
import { indexedTriggers } from './indexed-readings.ts'
import { ownedTriggers } from './owned-rows.ts'
import { seededTriggers } from './seeded-triggers.ts'
import type { TableDeclaration } from './synced-table.ts'
import { capturedColumns } from './synced-table.ts'
import { keepTriggers } from './unchangeable.ts'

/**
 * Change capture by triggers that write only the key of a changed row into `sync_changes`. A trigger cannot be
 * forgotten by a code path; the uploader reads the row as it is then, or finds it gone and sends a tombstone.
 *
 * DELETE and INSERT instead of INSERT OR REPLACE: the conflict clause of the outer statement would win inside a trigger.
 * A new sequence number at every change keeps a change that happens during an upload.
 */
export function captureTriggers(declaration: TableDeclaration): { name: string; sql: string }[] {
  const { name, kind, key } = declaration
  if (kind === 'append' || kind === 'local') return []
  const note = (row: 'NEW' | 'OLD') =>
    `DELETE FROM sync_changes WHERE table_name = '${name}' AND row_key = CAST(${row}."${key}" AS TEXT); ` +
    `INSERT INTO sync_changes (table_name, row_key) VALUES ('${name}', CAST(${row}."${key}" AS TEXT));`
  // A row that goes over to central's care is noted once more: the uploader then finds that it is no longer the site's.
  const mine = (event: string, row: 'NEW' | 'OLD') => {
    if (kind !== 'down') return ''
    return event.startsWith('UPDATE')
      ? " WHEN NEW.managed_by = 'site' OR OLD.managed_by = 'site'"
      : ` WHEN ${row}.managed_by = 'site'`
  }
  const columns = capturedColumns(declaration)
    .map((column) => `"${column}"`)
    .join(', ')
  const trigger = (suffix: string, event: string, row: 'NEW' | 'OLD') => ({
    name: `capture_${name}_${suffix}`,
    sql: `CREATE TRIGGER capture_${name}_${suffix} AFTER ${event} ON "${name}"${mine(event, row)} BEGIN ${note(row)} END`,
  })
  const update = trigger('update', `UPDATE OF ${columns}`, 'NEW')
  if (kind === 'append_marks') return [update]
  return [trigger('insert', 'INSERT', 'NEW'), update, trigger('delete', 'DELETE', 'OLD')]
}

/**
 * Makes the triggers of capture, those that keep rows as they are, that delete what a row owned, that know what was seeded and which
 * keys were given equal to the declarations: adds what is missing, replaces what differs, drops what is no longer declared.
 */
export function installTriggers(db: Database, declarations: TableDeclaration[]): void {
  const wanted = new Map(
    declarations
      .flatMap((one) => [
        ...captureTriggers(one),
        ...keepTriggers(one),
        ...ownedTriggers(one),
        ...seededTriggers(one),
        ...givenKeyTriggers(one),
        ...indexedTriggers(one),
      ])
      .map((trigger) => [trigger.name, trigger.sql]),
  )
  const rows = db
    .prepare(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND (name GLOB 'capture_*' OR name GLOB 'keep_*' OR name GLOB 'owned_*' OR name GLOB 'seeded_*' OR name GLOB 'given_*')",
    )
    .raw()
    .all()
  const present = new Map(rows as [string, string][])
  db.transaction(() => {
    for (const [name, sql] of present) if (wanted.get(name) !== sql) db.exec(`DROP TRIGGER "${name}"`)
    for (const [name, sql] of wanted) if (present.get(name) !== sql) db.exec(sql)
  }).immediate()
}
