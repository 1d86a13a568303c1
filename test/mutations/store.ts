import type { Mutation } from './mutation.ts'

const OPEN_STORE = 'test/hub/store/open-store.test.ts'
const HOURLY = 'test/hub/store/hourly-backup.test.ts'
const MAINTENANCE = 'test/hub/store/maintenance.test.ts'
const BACKUP_CHECK = 'test/hub/store/backup-check.test.ts'
const OPEN = 'test/shared/sqlite/open.test.ts'
const MIGRATE = 'test/shared/sqlite/migrate.test.ts'

/** The database files of hub and agent: what is on the disk, what a start trusts, and what copies are. */
export const STORE: readonly Mutation[] = [
  {
    without: 'an fsync at every commit',
    file: 'shared/sqlite/open.ts',
    text: "expect(db, 'synchronous', 'FULL', 2)",
    becomes: "expect(db, 'synchronous', 'NORMAL', 1)",
    test: { file: OPEN, name: 'asks for durability by name and reads it back' },
  },
  {
    without: 'reading back what SQLite made of a setting',
    file: 'shared/sqlite/open.ts',
    text: 'if (got !== readBack)',
    becomes: 'if (got === undefined)',
    test: { file: OPEN, name: 'refuses to go on when SQLite keeps another setting than the one that was asked for' },
  },
  {
    without: 'keeping away from releases of SQLite that corrupt a log',
    file: 'shared/sqlite/open.ts',
    text: 'if (part < safe)',
    becomes: 'if (part < 0)',
    test: { file: OPEN, name: 'which can corrupt a log' },
  },
  {
    without: 'hiding a new database from others',
    file: 'shared/sqlite/open.ts',
    text: "closeSync(openSync(file, 'a', 0o600))",
    becomes: "closeSync(openSync(file, 'a', 0o644))",
    test: { file: HOURLY, name: 'can be read by nobody else, and neither can the database nor a whole copy' },
  },
  {
    without: 'refusing the database of a newer version',
    file: 'shared/sqlite/migrate.ts',
    text: 'if (!migrations.some((migration) => migration.name === name))',
    becomes: "if (name === '')",
    test: { file: MIGRATE, name: 'refuses a database that a newer version wrote' },
  },
  {
    without: 'checking what is small after an unclean end',
    file: 'hub/store/open-store.ts',
    text: 'else if (unclean) refuseDamaged(damageOfSmallTables(db))',
    becomes: '',
    test: { file: OPEN_STORE, name: 'after an unclean end checks what is small at once' },
  },
  {
    without: 'checking all of a database in which damage was met',
    file: 'hub/store/open-store.ts',
    text: 'refuseDamaged(damageOf(db) ?? damageOrContradictionOf(db))',
    becomes: '',
    test: { file: OPEN_STORE, name: 'finds an index that says something else than its table once somebody met that' },
  },
  {
    without: 'remembering that a check is due over further starts',
    file: 'hub/store/open-store.ts',
    text: 'if (unchecked) noteCheckDue(file)',
    becomes: '',
    test: { file: OPEN_STORE, name: 'leaves what grows to a later check, also over further starts' },
  },
  {
    without: 'checking what is to be migrated',
    file: 'hub/store/open-store.ts',
    text: 'if (unchecked) refuseDamaged(damageOf(db))',
    becomes: '',
    test: { file: OPEN_STORE, name: 'checks all of a database with an unclean end before it is migrated' },
  },
  {
    without: 'a copy before a migration',
    file: 'hub/store/open-store.ts',
    text: 'writeFullCopy(file, copy)\n        }',
    becomes: '}',
    test: { file: OPEN_STORE, name: 'copies the database before it migrates' },
  },
  {
    without: 'noticing that the database is gone',
    file: 'hub/store/open-store.ts',
    text: 'if (fresh && (existsSync(runningMark(file)) || listBackups(backupFolder(folder)).length > 0))',
    becomes: "if (fresh && file === '')",
    test: { file: OPEN_STORE, name: 'never starts empty where a database was: without a backup it refuses' },
  },
  {
    without: 'setting a log aside that is of another database',
    file: 'hub/store/open-store.ts',
    text: 'const setAside = setForeignLogAside(file, now)\n  if',
    becomes: 'const setAside: string | null = null\n  if',
    test: { file: MAINTENANCE, name: 'comes up as what was copied, and the log that lay there is kept and told of' },
  },
  {
    without: 'removing what is left of a copy that failed',
    file: 'hub/store/backup.ts',
    text: '    dropPart(part)\n    throw error',
    becomes: '    throw error',
    test: { file: MAINTENANCE, name: 'that does not pass its check leaves the earlier copy in its place' },
  },
  {
    without: 'the check of a copy before it takes its place',
    file: 'hub/store/backup.ts',
    text: 'checkIntegrity(copy, part)',
    becomes: '',
    test: { file: BACKUP_CHECK, name: 'does not take its place' },
  },
  {
    without: 'a name for a backup behind those of a clock that was ahead',
    file: 'hub/store/backup.ts',
    text: 'Math.max(now, (backupTime(basename(newest)) ?? 0) + 1)',
    becomes: 'now + newest.length * 0',
    test: { file: 'test/hub/store/backup-order.test.ts', name: 'is the newest one, and what takes the place' },
  },
  {
    without: 'a bound on the backups that are kept',
    file: 'hub/store/backup.ts',
    text: 'if (at >= KEEP && ',
    becomes: 'if (at < 0 && ',
    test: { file: HOURLY, name: 'keeps the newest 24' },
  },
  {
    without: 'following links in the path of a copy',
    file: 'hub/store/copy-target.ts',
    text: 'const file = join(realpathSync(parent), basename(wanted))',
    becomes: 'const file = join(parent, basename(wanted))',
    test: { file: MAINTENANCE, name: 'is not led into the data folder by a link' },
  },
  {
    without: 'looking what a copy would overwrite',
    file: 'hub/store/copy-target.ts',
    text: 'if (!isCopy(file))',
    becomes: "if (file === '')",
    test: { file: MAINTENANCE, name: 'never overwrites what is no copy of a hub, with --replace neither' },
  },
  {
    without: 'removing a small file that could not take its name',
    file: 'shared/durable-file.ts',
    text: '    discard(temporary)\n    throw error',
    becomes: '    throw error',
    test: { file: 'test/shared/durable-file.test.ts', name: 'that cannot take its name leaves nothing behind' },
  },
  {
    without: 'refusing a decimal that is written in another way than Postgres writes it',
    file: 'hub/store/decimal-check.ts',
    text: "].join(' AND ')",
    becomes: "].map(() => 'true').join(' AND ')",
    test: { file: 'test/central/decimals.test.ts', name: 'whoever writes it' },
  },
  {
    without: 'deleting the credentials of a device that is gone',
    file: 'hub/features/devices/tables.ts',
    text: 'owns: { credentials_id: deviceCredentials },',
    becomes: '',
    test: { file: 'test/hub/store/owned-rows.test.ts', name: 'go with their device' },
  },
  {
    without: 'keeping the credentials that another device uses too',
    file: 'hub/store/owned-rows.ts',
    text: 'AND NOT EXISTS (SELECT 1 FROM "${name}" WHERE "${column}" = ${old})',
    becomes: '',
    test: { file: 'test/hub/store/owned-rows.test.ts', name: 'that two devices share go with the last of them' },
  },
  {
    without: 'going on with the keys of events when their table is built anew',
    file: 'drizzle/sqlite/0015_events-updated-at.sql',
    text: "INSERT INTO sqlite_sequence (name, seq) SELECT 'events_with_stamps', seq FROM sqlite_sequence WHERE name = 'events';",
    becomes: '',
    test: { file: 'test/hub/store/events-rebuilt.test.ts', name: 'keys that were given out are not given out again' },
  },
  {
    without: 'a column that the documents of the house name',
    file: 'drizzle/sqlite/0015_events-updated-at.sql',
    text: 'ALTER TABLE events_with_stamps RENAME TO events;',
    becomes:
      'ALTER TABLE events_with_stamps DROP COLUMN processing_error; ALTER TABLE events_with_stamps RENAME TO events;',
    test: {
      file: 'test/docs/documents.test.ts',
      name: 'are built as they are written, or differ as the decision says',
    },
  },
]
