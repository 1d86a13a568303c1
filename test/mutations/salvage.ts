import type { Mutation } from './mutation.ts'

const SALVAGE_TEST = 'test/hub/store/salvage.test.ts'
const KEYS_TEST = 'test/hub/store/salvage-keys.test.ts'
const SETTINGS_TEST = 'test/hub/store/salvage-settings.test.ts'
const MENDED_TEST = 'test/hub/features/upkeep/mended.test.ts'

const SCRUB_TEST = 'test/hub/store/scrub.test.ts'
const WEEKLY_TEST = 'test/hub/core/database-scrub.test.ts'
const UNREADABLE_TEST = 'test/faults/unreadable.test.ts'

/** That damage is looked for, what is saved of a damaged database, and that nothing else is. */
export const SALVAGE: readonly Mutation[] = [
  {
    without: 'telling the rows of another page from those that belong here',
    file: 'hub/store/readable-rows.ts',
    text: 'return previous === undefined || previous <= before',
    becomes: 'return previous !== null',
    test: { file: SALVAGE_TEST, name: 'has no row that lies where it does not belong' },
  },
  {
    without: 'reading on behind what cannot be read',
    file: 'hub/store/readable-rows.ts',
    text: 'next: before === null ? null : before - 1 }',
    becomes: 'next: null }',
    test: { file: SALVAGE_TEST, name: 'is every reading but those of the leaf that is rubbish' },
  },
  {
    without: 'opening a file that is shorter than it says',
    file: 'hub/store/readable-rows.ts',
    text: "db.pragma('writable_schema = ON')",
    becomes: '',
    test: { file: SALVAGE_TEST, name: 'is what the file still has when its end is gone' },
  },
  {
    without: 'going on with the keys of a table whose end is lost',
    file: 'hub/store/salvage.ts',
    text: "progress.once('sequences', () => copySequences(work))",
    becomes: '',
    test: { file: SALVAGE_TEST, name: 'gives out no key of an event again' },
  },
  {
    without: 'passing over the keys of the newest readings when those are lost',
    file: 'hub/store/append-keys.ts',
    text: 'before ?? Number.MAX_SAFE_INTEGER)',
    becomes: 'before ?? 0)',
    test: { file: SALVAGE_TEST, name: 'is what other pages hold when several are gone' },
  },
  {
    without: 'passing over the keys of readings that were refused or went as orphans',
    file: 'hub/store/salvage.ts',
    text: 'passLostKeys(db, progress.lost())',
    becomes: 'if (progress.lost().some(({ before }) => before === null)) passLostKeys(db, progress.lost())',
    test: { file: KEYS_TEST, name: 'go on behind rows that went with a series that is not there' },
  },
  {
    without: 'the keys of refused rows among those that were given',
    file: 'hub/store/append-keys.ts',
    text: 'Math.max(known, ...ends.map((before) => before - 1))',
    becomes: 'Math.max(known, ...ends.filter((before) => before === Number.MAX_SAFE_INTEGER))',
    test: { file: KEYS_TEST, name: 'go on behind rows that the new table refused' },
  },
  {
    without: 'a bound on what the key of a refused row may be',
    file: 'hub/store/append-keys.ts',
    text: ', known + UNKNOWN_KEYS)',
    becomes: ', 2 * Number.MAX_SAFE_INTEGER)',
    test: { file: KEYS_TEST, name: 'go on where they were when the key of a refused row is rubbish' },
  },
  {
    without: 'the backup for small tables that are damaged',
    file: 'hub/store/salvage.ts',
    text: 'rows += insert.run(values).changes',
    becomes: 'rows += values.length * 0',
    test: { file: SALVAGE_TEST, name: 'is what the backup has of a small table' },
  },
  {
    without: 'leaving out of the settings of a backup what is of the backup alone',
    file: 'hub/store/salvage.ts',
    text: '[RESTORED_COPY, ROLLUPS_SINCE, ...',
    becomes: '[RESTORED_COPY, ...',
    test: { file: SETTINGS_TEST, name: 'do not take from a backup what that says of itself' },
  },
  {
    without: 'leaving out of the settings of a backup how far its rollups were',
    file: 'hub/store/salvage.ts',
    text: ', ...ROLLUP_STEPS.map(({ key }) => key)]',
    becomes: ', String(ROLLUP_STEPS.length)]',
    test: { file: SETTINGS_TEST, name: 'have no reading rolled up twice, and none left out' },
  },
  {
    without: 'finding in the rollups how far they were',
    file: 'hub/store/salvage.ts',
    text: 'findRollupPositions(db, progress.lost())',
    becomes: '',
    test: { file: SETTINGS_TEST, name: 'have no reading rolled up twice, and none left out' },
  },
  {
    without: 'knowing that the newest rollups were lost as well',
    file: 'hub/store/rollup-positions.ts',
    text: 'const at = isEndLost',
    becomes: 'const at = isEndLost && newest < 0',
    test: { file: SETTINGS_TEST, name: 'count as rolled up what came before the last hour' },
  },
  {
    without: 'readings that were lost among those that are rolled up',
    file: 'hub/store/rollup-positions.ts',
    text: "return next === null ? newestKey(db, 'readings') : next - 1",
    becomes: 'return next === null ? before : next - 1',
    test: { file: SETTINGS_TEST, name: 'count readings as rolled up that were lost as well' },
  },
  {
    without: 'refusing to serve a house whose accounts were lost',
    file: 'hub/store/salvage.ts',
    text: 'if (backup === null) return isNeeded ? null : []',
    becomes: 'if (backup === null) return []',
    test: { file: SALVAGE_TEST, name: 'is nothing when a small table is damaged that no backup has' },
  },
  {
    without: 'removing what belongs to rows that were lost',
    file: 'hub/store/salvage.ts',
    text: 'lost.length > 0 ? removeOrphans(db, tables) : {}',
    becomes: 'lost.length > tables.length ? removeOrphans(db, tables) : {}',
    test: { file: SALVAGE_TEST, name: 'forgets readings whose device neither the file nor the backup knows' },
  },
  {
    without: 'a new epoch where rows that tell houses apart were lost',
    file: 'hub/store/salvage.ts',
    text: 'touched.every((table) => REPLACEABLE.has(table))',
    becomes: 'touched.length >= 0 && REPLACEABLE.size > 0',
    test: { file: SALVAGE_TEST, name: 'is to central as a restored backup, when what it lost is of' },
  },
  {
    without: 'a new epoch where changes that central does not have were lost',
    file: 'hub/store/salvage.ts',
    text: "[...GROWING_TABLES].filter((table) => table !== 'sync_changes')",
    becomes: '[...GROWING_TABLES]',
    test: { file: SALVAGE_TEST, name: 'is to central as a restored backup, when what it lost is of' },
  },
  {
    without: 'going on with what was saved before a kill',
    file: 'hub/store/salvage-progress.ts',
    text: 'if (existsSync(target) && beganFrom(target) !== from) dropPart(target)',
    becomes: 'if (existsSync(target)) dropPart(target)',
    test: { file: SALVAGE_TEST, name: 'goes on where it was' },
  },
  {
    without: 'beginning anew for a damaged file that is another',
    file: 'hub/store/salvage-progress.ts',
    text: 'beganFrom(target) !== from',
    becomes: 'beganFrom(target) === null',
    test: { file: SALVAGE_TEST, name: 'begins anew when the damaged file is not the same any more' },
  },
  {
    without: 'asking for room before anything is saved',
    file: 'hub/store/salvage.ts',
    text: "if (neededBytes > 0) return { kind: 'no_room', neededBytes }",
    becomes: '',
    test: { file: SALVAGE_TEST, name: 'nothing is saved, the backup takes the place' },
  },
  {
    without: 'telling of a mended database only once',
    file: 'hub/features/upkeep/mended.ts',
    text: 'forgetReport(context.db)',
    becomes: '',
    test: { file: MENDED_TEST, name: 'tells of a mended database once' },
  },
  {
    without: 'counting the entries of an index',
    file: 'hub/store/scrub.ts',
    text: 'return entries === rows ? null :',
    becomes: 'return entries >= 0 ? null :',
    test: { file: SCRUB_TEST, name: 'finds an index that lacks an entry' },
  },
  {
    without: 'reading each index and not another one',
    file: 'hub/store/scrub.ts',
    text: 'SELECT coalesce(sum(1), 0) FROM',
    becomes: 'SELECT count(*) FROM',
    test: { file: SCRUB_TEST, name: 'when one of its pages is rubbish' },
  },
  {
    without: 'reading the file past the cache of the system, with what no table uses',
    file: 'hub/store/scrub.ts',
    text: 'if (isReadable(fd, buffer, { at, bytes: READ_BYTES })) return 0',
    becomes: 'if (READ_BYTES > 0) return 0',
    test: { file: UNREADABLE_TEST, name: 'is counted where no table uses it' },
  },
  {
    without: 'going on with a scrub after a restart',
    file: 'hub/core/database-scrub.ts',
    text: 'this.#state = readScrub(parts.file)',
    becomes: "this.#state = readScrub('none')",
    test: { file: WEEKLY_TEST, name: 'goes on where it was, also after a restart' },
  },
  {
    without: 'waiting for an idle house before its database is read',
    file: 'hub/core/database-scrub.ts',
    text: 'this.#busiest = Math.max(this.#busiest, load)',
    becomes: 'this.#busiest = Math.min(this.#busiest, load)',
    test: { file: WEEKLY_TEST, name: 'waits for an idle minute' },
  },
  {
    without: 'a first scrub of a house that is never idle',
    file: 'hub/core/database-scrub.ts',
    text: 'age(finished ?? began) >= ROUND_MS + PATIENCE_MS',
    becomes: 'age(finished) >= ROUND_MS + PATIENCE_MS',
    test: { file: WEEKLY_TEST, name: 'begins in a house that is never idle as well' },
  },
  {
    without: 'noting the damage that a scrub finds',
    file: 'hub/core/database-scrub.ts',
    text: 'noteDamage(file, damage)',
    becomes: '',
    test: { file: WEEKLY_TEST, name: 'notes damage for the next start before it says so' },
  },
  {
    without: 'a scrub in the running hub',
    file: 'hub/core/house-store.ts',
    text: 'this.#scrub.start()',
    becomes: '',
    test: {
      file: 'test/hub/core/hub-scrubs.test.ts',
      name: 'a hub reads its database through, and its status says when',
    },
  },
]
