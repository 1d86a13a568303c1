import type { Mutation } from './mutation.ts'

const BACK_TEST = 'test/hub/features/sync/rows-back.test.ts'
const FAULTS_TEST = 'test/hub/sync/faults/lost-rows.test.ts'
const DECODE_TEST = 'test/hub/sync/decode.test.ts'
const CORE_TEST = 'test/hub/sync/core.test.ts'

/** That what damage took comes back from central once, as it was, and nothing else does. */
export const LOST_ROWS: readonly Mutation[] = [
  {
    without: 'asking central for what was lost',
    file: 'hub/features/upkeep/mended.ts',
    text: 'noteLostRows(context.db, lost)',
    becomes: 'noteLostRows(context.db, [])',
    test: { file: FAULTS_TEST, name: 'comes back from central as it was' },
  },
  {
    without: 'taking a page in only once',
    file: 'hub/features/sync/rows-back.ts',
    text: 'lost.position !== page.from || page.upto > lost.upto',
    becomes: 'page.upto > lost.upto',
    test: { file: BACK_TEST, name: 'come page by page, each once' },
  },
  {
    without: 'leaving rows that are there',
    file: 'hub/features/sync/rows-back.ts',
    text: 'ON CONFLICT (id) DO NOTHING',
    becomes: 'ON CONFLICT (id) DO UPDATE SET value = excluded.value',
    test: { file: BACK_TEST, name: 'leave what is there as it is' },
  },
  {
    without: 'the index of readings that came back',
    file: 'hub/features/sync/rows-back.ts',
    text: 'this.#index.run(JSON.stringify(keys), readIndexedUpto(this.#db))',
    becomes: 'this.#index.run("[]", readIndexedUpto(this.#db))',
    test: { file: BACK_TEST, name: 'are there under their keys, in the index as far as it goes' },
  },
  {
    without: 'leaving to the index what it comes to yet',
    file: 'hub/features/sync/rows-back.ts',
    text: 'readIndexedUpto(this.#db))',
    becomes: 'readIndexedUpto(this.#db) + 1e9)',
    test: { file: BACK_TEST, name: 'are there under their keys, in the index as far as it goes' },
  },
  {
    without: 'rollups of readings that were lost before those came to them',
    file: 'hub/features/telemetry/rollups.ts',
    text: 'if (missed.length === 0) return',
    becomes: 'if (missed.length >= 0) return',
    test: { file: BACK_TEST, name: 'are in the rollups once' },
  },
  {
    without: 'knowing which readings the rollups had when they were lost',
    file: 'hub/features/telemetry/rollups.ts',
    text: 'const before = lostAt[this.#key] ?? upto',
    becomes: 'const before = Math.min(0, lostAt[this.#key] ?? upto)',
    test: { file: BACK_TEST, name: 'are in the rollups once' },
  },
  {
    without: 'keeping away what belongs to a series that is gone',
    file: 'hub/features/sync/rows-that-return.ts',
    text: 'kind !== undefined && this.#isKept(classOf(kind), row.get(time))',
    becomes: "this.#isKept(classOf(kind ?? ''), row.get(time))",
    test: { file: BACK_TEST, name: 'are none of a series that is gone' },
  },
  {
    without: 'keeping away what is older than its class is kept',
    file: 'hub/features/sync/rows-that-return.ts',
    text: 'days === null || Number(time) >= this.#now - days * DAY_MS',
    becomes: 'days === null || Number(time) >= this.#now - days * DAY_MS * 1e9',
    test: { file: BACK_TEST, name: 'follow the setting of their kind' },
  },
  {
    without: 'keeping away events of whoever was erased',
    file: 'hub/features/sync/rows-that-return.ts',
    text: 'if (user !== null && this.#erased.get(user) !== undefined) return false',
    becomes: '',
    test: { file: BACK_TEST, name: 'are none of a device that is gone or of somebody who was erased' },
  },
  {
    without: 'waiting with events until central has erased whoever is erased here',
    file: 'hub/engine/lost-rows.ts',
    text: "(table_name <> 'events' OR NOT ${ERASING})",
    becomes: "(table_name <> 'events' OR NOT ${ERASING} OR true)",
    test: { file: BACK_TEST, name: 'wait until central has erased whoever is erased here' },
  },
  {
    without: 'refusing events that were on their way when an erasure began',
    file: 'hub/features/sync/rows-back.ts',
    text: "if (lost.table === 'events' && isErasing(this.#db)) return",
    becomes: 'isErasing(this.#db)',
    test: { file: BACK_TEST, name: 'wait until central has erased whoever is erased here' },
  },
  {
    without: 'the epoch under which lost rows were sent',
    file: 'hub/sync/fetch-lost-rows.ts',
    text: 'WHERE site_id = $1 AND epoch = $2 AND',
    becomes: 'WHERE site_id = $1 AND ($2::integer IS NOT NULL) AND',
    test: { file: DECODE_TEST, name: 'is asked for under its epoch' },
  },
  {
    without: 'the epoch of the row that another row names by its key',
    file: 'hub/sync/decode.ts',
    text: 'key === null || Number(row[name]) === epochOf(target, Number(key))',
    becomes: 'key === null || Number(row[name]) >= epochOf(target, Number(key))',
    test: { file: DECODE_TEST, name: 'was given that key under another epoch' },
  },
  {
    without: 'a bound on the bytes of a page',
    file: 'hub/sync/fetch-lost-rows.ts',
    text: 'WHERE lares_bytes - lares_row_bytes < ${BYTES} ORDER BY',
    becomes: 'WHERE lares_bytes < ${BYTES} * 1000 ORDER BY',
    test: { file: DECODE_TEST, name: 'comes in pages of some rows and some bytes' },
  },
  {
    without: 'a bound on how long central may take for lost rows',
    file: 'hub/sync/fetch-lost-rows.ts',
    text: 'await db.run(`SET LOCAL statement_timeout = ${STATEMENT_MS}`)',
    becomes: '',
    test: { file: FAULTS_TEST, name: 'keep nothing that is new from going to a central' },
  },
  {
    without: 'everything else going before what was lost',
    file: 'hub/sync/core.ts',
    text: 'const live = state.removing ? null',
    becomes:
      "if (state.lost) return this.#then({ kind: 'fetch', lost: state.lost }) as SyncEffect[]\n    const live = state.removing ? null",
    test: { file: CORE_TEST, name: 'is asked for when nothing else is to be done' },
  },
  {
    without: 'a rest after central could not be asked for what was lost',
    file: 'hub/sync/core.ts',
    text: "if (event.page === 'failed') state.untilFetch = FETCH_RESTS",
    becomes: '',
    test: { file: CORE_TEST, name: 'is asked for again after a while' },
  },
  {
    without: 'waiting for an idle house, and for room on its disk',
    file: 'hub/sync/pump.ts',
    text: "if (this.busy || !this.#fetched.isPaid || hasRoom?.() === false) return 'later'",
    becomes: 'hasRoom?.()',
    test: { file: FAULTS_TEST, name: 'wait while the house is busy' },
  },
]
