import type { Mutation } from './mutation.ts'

const AT_CENTRAL = 'test/hub/sync/faults/mutations.test.ts'
const PURGE = 'test/hub/features/retention/purge.test.ts'
const CONVERSATIONS = 'test/hub/features/retention/conversations.test.ts'
const THINNING = 'test/hub/features/retention/thinning.test.ts'
const BYTES = 'test/hub/features/erasures/bytes-left.test.ts'
const UNDER_WAY = 'test/hub/features/erasures/under-way.test.ts'

/**
 * What goes to central once, and what may leave the house. Safeguards that lie in a statement at central are taken out while
 * a test runs, at every release of PostgreSQL: test/hub/sync/faults/mutations.test.ts.
 */
export const SYNC: readonly Mutation[] = [
  {
    without: 'finding the events of a person who is erased at central',
    file: 'hub/features/events/tables.ts',
    text: "user_id: { table: 'users', owned: true },",
    becomes: '',
    test: { file: 'test/central/catalogue.test.ts', name: 'knows the row that every column with a key names' },
  },
  {
    without: 'refusing a batch for which the cursor is not where it was',
    file: 'hub/sync/upload.ts',
    text: 'if (moved !== 1) throw',
    becomes: 'if (moved > 1) throw',
    test: { file: AT_CENTRAL, name: 'is refused the second time' },
  },
  {
    without: 'refusing a hub whose lease another one took',
    file: 'hub/sync/upload.ts',
    text: "throw new LeaseLost('another hub took over this site')",
    becomes: 'return',
    test: { file: AT_CENTRAL, name: 'is refused when another hub took the lease meanwhile' },
  },
  {
    without: 'paying for bytes that went to central',
    file: 'hub/sync/token-bucket.ts',
    text: 'this.#tokens -= bytes',
    becomes: 'void bytes',
    test: {
      file: 'test/hub/sync/token-bucket.test.ts',
      name: 'lets the bytes of a second through at once, and then as much as it says',
    },
  },
  {
    without: 'keeping readings until their rollups stand',
    file: 'hub/features/retention/removable.ts',
    text: 'row.id <= this.#rolledUp &&',
    becomes: '',
    test: { file: PURGE, name: 'keeps a reading until both rollups have it, however old it is' },
  },
  {
    without: 'keeping what central does not have yet',
    file: 'hub/features/retention/removable.ts',
    text: "(this.#sent('readings', row.id) ||",
    becomes: '(true ||',
    test: { file: PURGE, name: 'leaves what central has not acknowledged, and what waits in quarantine' },
  },
  {
    without: 'taking the trace of a purged row out of the change log',
    file: 'hub/store/purged.ts',
    text: '  forgetChange(db, table, key)\n',
    becomes: '',
    test: { file: CONVERSATIONS, name: 'leaves no trace in the change log' },
  },
  {
    without: 'keeping a message until central has it',
    file: 'hub/features/retention/conversations.ts',
    text: 'const waits = hasCentral',
    becomes: 'const waits = hasCentral && false',
    test: { file: CONVERSATIONS, name: 'waits for what central does not have yet' },
  },
  {
    without: 'leaving at central what the house may have purged',
    file: 'hub/sync/upload.ts',
    text: 'purged[table.name] ?? 0]',
    becomes: '0 * Object.keys(purged).length]',
    test: { file: 'test/hub/sync/purged.test.ts', name: 'keeps at central what the house purged' },
  },
  {
    without: 'holding the upload back while rows of somebody are being removed',
    file: 'hub/sync/core.ts',
    text: 'if (state.removing) return',
    becomes: 'if (state.removing && false) return',
    test: { file: 'test/hub/sync/erase.test.ts', name: 'is done again by a database that was put back to before it' },
  },
  {
    without: 'doing again what was erased after a copy was made',
    file: 'hub/features/sync/book.ts',
    text: '  eraseAgain(context, step.erased)\n',
    becomes: '',
    test: { file: 'test/hub/sync/erase.test.ts', name: 'is done again by a database that was put back to before it' },
  },
  {
    without: 'trusting the lease where rows were erased',
    file: 'hub/sync/reconcile.ts',
    text: 'if (facts.erased(own.table, own.position, cursor.position)) return true',
    becomes: '',
    test: { file: 'test/hub/sync/erase.test.ts', name: 'of rows whose reply was lost begins no new epoch' },
  },
  {
    without: 'a bound on the rows that one step of an erasure removes',
    file: 'hub/features/erasures/engine.ts',
    text: 'const STEP = { rows: 5_000,',
    becomes: 'const STEP = { rows: 5_000_000,',
    test: {
      file: 'test/hub/features/erasures/erasure.test.ts',
      name: 'removes at most 5,000 rows in a transaction, and takes readings before what they stand on',
    },
  },
  {
    without: 'a bound on the texts that one step of an erasure looks at',
    file: 'hub/features/erasures/event-scan.ts',
    text: 'if (characters >= step.characters) return',
    becomes: 'if (characters < 0) return',
    test: {
      file: 'test/hub/features/erasures/erasure.test.ts',
      name: 'looks at no more than two million characters of events in a transaction',
    },
  },
  {
    without: 'leaving words of others that are the name of whom is erased',
    file: 'hub/features/erasures/pseudonym.ts',
    text: 'return refers ? this',
    becomes: 'return refers || true ? this',
    test: { file: 'test/hub/features/erasures/pseudonym.test.ts', name: 'leaves events of others as they are' },
  },
  {
    without: 'overwriting what is changed or removed before somebody is erased',
    file: 'hub/store/open-store.ts',
    text: "    db.pragma('secure_delete = FAST')\n",
    becomes: '',
    test: { file: BYTES, name: 'no file of the house has a word of it any more' },
  },
  {
    without: 'giving back free pages that hold what was removed',
    file: 'hub/core/open-house.ts',
    text: 'freePages.release(0) === 0 && checkpointer.empty()',
    becomes: 'checkpointer.empty()',
    test: { file: BYTES, name: 'no file of the house has a word of it any more' },
  },
  {
    without: 'emptying the log of what was removed',
    file: 'hub/core/open-house.ts',
    text: 'freePages.release(0) === 0 && checkpointer.empty()',
    becomes: 'freePages.release(0) === 0',
    test: { file: BYTES, name: 'no file of the house has a word of it any more' },
  },
  {
    without: 'waiting with copies until nothing of whom is erased is left',
    file: 'hub/features/erasures/copies-renewal.ts',
    text: 'if (!this.#isForgotten) {',
    becomes: 'if (!this.#isForgotten && this.#askedAt !== null) {',
    test: {
      file: 'test/hub/features/erasures/erasure.test.ts',
      name: 'asks for new copies once no bytes of it are left',
    },
  },
  {
    without: 'keeping that a request was done whose answer was erased',
    file: 'hub/features/erasures/blank-answers.ts',
    text: 'UPDATE request_memory SET response = NULL WHERE',
    becomes: 'DELETE FROM request_memory WHERE',
    test: {
      file: 'test/hub/features/erasures/erasure.test.ts',
      name: 'keeps that a request was done whose answer is of it, so that it is not done again',
    },
  },
  {
    without: 'dropping questions of somebody who was erased before they were written',
    file: 'hub/admin/run-command.ts',
    text: '  if (pseudonym !== null && areQuestions) return\n',
    becomes: '',
    test: { file: UNDER_WAY, name: 'takes the questions that were counted and not yet written' },
  },
  {
    without: 'the pseudonym for a change that waited until somebody was erased',
    file: 'hub/admin/run-command.ts',
    text: 'const pseudonym = caller.user === null ? null : pseudonymOfUser',
    becomes: 'const pseudonym = caller.user === null || !areQuestions ? null : pseudonymOfUser',
    test: { file: UNDER_WAY, name: 'is in the audit under the pseudonym' },
  },
  {
    without: 'a turn for live rows while central erases',
    file: 'hub/sync/erasing.ts',
    text: 'const isTurnOfLive = hasLive &&',
    becomes: 'const isTurnOfLive = false && hasLive &&',
    test: { file: 'test/hub/sync/core.test.ts', name: 'takes turns with live rows, of which new ones are looked for' },
  },
  {
    without: 'asking central while copies cannot be made',
    file: 'hub/engine/erasure.ts',
    text: "state = 'elsewhere' AND erased_at_central",
    becomes: "state = 'elsewhere' AND copies_renewed_at IS NOT NULL AND erased_at_central",
    test: {
      file: 'test/hub/features/erasures/erasure.test.ts',
      name: 'is asked of central while copies cannot be made, and is done when both are',
    },
  },
  {
    without: 'finding that somebody erased at central what no house may',
    file: 'hub/sync/erase-at-central.ts',
    text: 'if (state === MAY_NOT && ',
    becomes: 'if (state === MAY_NOT && false && ',
    test: { file: 'test/hub/sync/erase.test.ts', name: 'that somebody did at central, because no house may' },
  },
  {
    without: "keeping a house's own version of a persona from being removed",
    file: 'hub/features/personas/tables.ts',
    text: 'mayGo: "managed_by = \'central\'",',
    becomes: "mayGo: 'id IS NOT NULL',",
    test: {
      file: 'test/hub/store/unchangeable.test.ts',
      name: 'is neither changed nor removed, while its persona is changed',
    },
  },
  {
    without: 'keeping the audit as it is once an erasure has written its pseudonym',
    file: 'hub/store/unchangeable.ts',
    text: '  for (const { sql } of triggers) db.exec(sql)\n}\n',
    becomes: '}\n',
    test: {
      file: 'test/hub/features/erasures/erasure.test.ts',
      name: 'leaves the audit whole, of a pseudonym, and as fixed as before',
    },
  },
  {
    without: 'removing copies only where a newer one stands',
    file: 'hub/core/backups.ts',
    text: '    if (made === null) return false\n',
    becomes: '',
    test: { file: 'test/hub/core/backups.test.ts', name: 'are all made anew after an erasure' },
  },
  {
    without: 'keeping what somebody edited of what was seeded',
    file: 'hub/store/seeded-triggers.ts',
    text: "trigger('update', `UPDATE OF ${columns}`), ",
    becomes: '',
    test: { file: 'test/hub/features/sync/seeded-rows.test.ts', name: 'stays once somebody edited it' },
  },
  {
    without: 'putting back what gave way for nothing',
    file: 'hub/features/sync/managed-rows.ts',
    text: "'ROLLBACK TO place; RELEASE place'",
    becomes: "'RELEASE place'",
    test: { file: 'test/hub/features/sync/seeded-rows.test.ts', name: 'stays as it was when the other is refused' },
  },
  {
    without: 'waiting for a quiet second before the planner is told of the tables',
    file: 'hub/features/upkeep/engine.ts',
    text: ' && batches <= 1)',
    becomes: ')',
    test: { file: 'test/hub/features/upkeep.test.ts', name: 'waits for a second in which nothing came' },
  },
  {
    without: 'a bound on the rows of an index that are looked at',
    file: 'hub/features/upkeep/engine.ts',
    text: 'db.pragma(`analysis_limit = ${ANALYSIS_LIMIT}`)',
    becomes: 'void ANALYSIS_LIMIT',
    test: { file: 'test/hub/features/upkeep.test.ts', name: 'looks at a bounded number of rows' },
  },
  {
    without: 'a bound on the rows that one transaction removes',
    file: 'hub/features/retention/purge.ts',
    text: 'this.#walk.stretch(STRETCH).done',
    becomes: 'this.#walk.stretch({ removals: 1e9, looks: 1e9 + STRETCH.looks }).done',
    test: { file: PURGE, name: 'takes at most 5,000 rows in a transaction' },
  },
  {
    without: 'telling a device that it may fill its share of rejected messages again',
    file: 'hub/features/retention/purge.ts',
    text: 'if (this.#declaredGone) context.changed()',
    becomes: '',
    test: { file: PURGE, name: 'removes old rejected messages, and the device may fill its share again' },
  },
  {
    without: 'a beginning for thinning',
    file: 'hub/features/retention/thinning.ts',
    text: 'used >= WATERMARKS.thin.at',
    becomes: 'used >= WATERMARKS.thin.until',
    test: { file: THINNING, name: 'is thinned from 85 % down to below 80 %, not in between' },
  },
  {
    without: 'an end for thinning',
    file: 'hub/features/retention/thinning.ts',
    text: 'if (this.#active && used < WATERMARKS.thin.until) this.#end()',
    becomes: '',
    test: { file: THINNING, name: 'is thinned from 85 % down to below 80 %, not in between' },
  },
  {
    without: 'one event an hour about what was given up',
    file: 'hub/features/retention/thinning.ts',
    text: 'this.#say(context)',
    becomes: '',
    test: { file: THINNING, name: 'is said in one event an hour' },
  },
  {
    without: 'showing the views of central with the rights of whoever asks',
    file: 'drizzle/postgres/0004_views.sql',
    text: 'CREATE VIEW lares.houses_compat WITH (security_invoker = true) AS',
    becomes: 'CREATE VIEW lares.houses_compat AS',
    test: { file: 'test/central/compat-views.test.ts', name: 'shows each house only to those it was granted to' },
  },
  {
    without: 'removing the sessions at the broker under the keys that they have',
    file: 'hub/features/erasures/removal.ts',
    text: 'substr("${column}", 1, length(@client)) = @client',
    becomes: '"${column}" = @client',
    test: { file: 'test/hub/features/erasures/erasure.test.ts', name: 'leaves no word of it in any table' },
  },
  {
    without: 'telling the broker who is erased',
    file: 'hub/features/erasures/engine.ts',
    text: "context.effect({ kind: 'forget_client', owner: brokerOwner({ what, key }), key })",
    becomes: '',
    test: { file: 'test/hub/features/erasures/erasure.test.ts', name: 'has the broker forget it once the tables have' },
  },
]
