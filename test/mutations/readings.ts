import type { Mutation } from './mutation.ts'

const BOOKS = 'test/hub/engine/books.test.ts'
const INDEX = 'test/hub/features/telemetry/reading-index.test.ts'
const LEFT = 'test/hub/features/retention/left-entries.test.ts'
const THINNING = 'test/hub/features/retention/thinning.test.ts'
const ERASURE = 'test/hub/features/erasures/erasure.test.ts'
const AT_START = 'test/hub/features/telemetry/states-at-start.test.ts'
const OPTIMIZE = 'test/hub/features/upkeep/optimize.test.ts'

/** Readings whose commit writes them and nothing else: their index, their keys, and what they say of their messages. */
export const READINGS: readonly Mutation[] = [
  {
    without: 'reading at start how far rows say that lanes are',
    file: 'hub/engine/carried-positions.ts',
    text: 'const { lane, seq } = readMark(mark)\n      this.#raise(lane, seq)',
    becomes: 'readMark(mark)',
    test: { file: BOOKS, name: 'is counted and placed by its rows alone' },
  },
  {
    without: 'counting at start the messages that rows say of',
    file: 'hub/engine/ledger.ts',
    text: 'received: since, applied: since',
    becomes: 'received: 0 * since',
    test: { file: BOOKS, name: 'is counted and placed by its rows alone' },
  },
  {
    without: 'taking back the place of a message whose rows were undone',
    file: 'hub/engine/books.ts',
    text: 'this.streams.back(to)',
    becomes: 'this.streams.forgetPositions()',
    test: { file: BOOKS, name: 'that is undone as the last of its batch is placed by the books' },
  },
  {
    without: 'writing the books before the rows may go that they follow from',
    file: 'hub/features/telemetry/index-filler.ts',
    text: 'context.settle()',
    becomes: '',
    test: { file: BOOKS, name: 'are written before rows go that say what is in them' },
  },
  {
    without: 'keeping from the books what only counts in memory',
    file: 'hub/engine/engine.ts',
    text: "identity ? 'ledger' : 'memory'",
    becomes: "'ledger'",
    test: { file: BOOKS, name: 'are not written for a heartbeat' },
  },
  {
    without: 'writing what moved last before the oldest epochs are forgotten',
    file: 'hub/engine/device-streams.ts',
    text: 'if (this.#grown.size > 0) this.#carried.settle(now)',
    becomes: '',
    test: { file: BOOKS, name: 'know the newest epochs by what moved last' },
  },
  {
    without: 'a key that is noted before its row goes',
    file: 'hub/store/append-keys.ts',
    text: 'if (!GIVEN_KEYS.has(name)) return []',
    becomes: "if (name !== '') return []",
    test: { file: BOOKS, name: 'are never given twice' },
  },
  {
    without: 'the keys of readings in a copy that has none of them',
    file: 'hub/store/copy-rows.ts',
    text: 'keep.run(name, newestKey(from, name))',
    becomes: 'keep.run(name, 0)',
    test: { file: 'test/hub/store/open-store.test.ts', name: 'has everything but readings and events' },
  },
  {
    without: 'indexing readings as fast as they come',
    file: 'hub/features/telemetry/index-filler.ts',
    text: 'if (!this.#keepsRoom && this.#grown >= this.#due()) this.#step(context)',
    becomes: '',
    test: { file: INDEX, name: 'keeps up with whatever comes between two ticks' },
  },
  {
    without: 'reading again how far the index is after a batch was undone',
    file: 'hub/features/telemetry/index-filler.ts',
    text: 'forget(): void {\n    this.#upto = null',
    becomes: 'forget(): void {',
    test: { file: INDEX, name: 'and its position go back together when their batch does' },
  },
  {
    without: 'readings that are not indexed yet, where a series is removed',
    file: 'hub/store/indexed-readings.ts',
    text: '`DELETE FROM "${name}" WHERE "${key}" > ${UPTO} AND ${of}`,',
    becomes: '',
    test: { file: INDEX, name: 'has what belongs to a device go with it, wherever it is found' },
  },
  {
    without: 'readings that are not indexed yet, where readings are asked for',
    file: 'drizzle/sqlite/0023_kind-to-the-card.sql',
    text: 'WHERE id > coalesce(',
    becomes: 'WHERE id > 1000000 + coalesce(',
    test: { file: INDEX, name: 'readings are the same whether they are indexed or not' },
  },
  {
    without: 'indexing what came since, before old readings are looked for',
    file: 'hub/features/retention/purge.ts',
    text: 'this.#index.catchUp(context)',
    becomes: '',
    test: {
      file: 'test/hub/features/retention/purge.test.ts',
      name: 'removes readings that are older than they are kept',
    },
  },
  {
    without: 'removing entries whose readings are gone',
    file: 'hub/features/retention/purge.ts',
    text: 'this.#removable.sweep()',
    becomes: '',
    test: { file: LEFT, name: 'goes many at a time' },
  },
  {
    without: 'counting the entries that an earlier life of the hub left',
    file: 'hub/features/retention/left-entries.ts',
    text: 'entries: before + 1',
    becomes: 'entries: 0 * before + 1',
    test: { file: LEFT, name: 'goes after a restart too' },
  },
  {
    without: 'keeping entries whose readings stay',
    file: 'hub/features/retention/left-entries.ts',
    text: "'NOT EXISTS (SELECT 1 FROM readings r WHERE r.id = reading_index.id)'",
    becomes: "'true'",
    test: { file: LEFT, name: 'goes without the entries of readings that stay' },
  },
  {
    without: 'writing the books before an erasure takes the rows that they follow from',
    file: 'hub/features/erasures/engine.ts',
    text: 'context.settle()',
    becomes: '',
    test: { file: ERASURE, name: 'takes no message out of the books' },
  },
  {
    without: 'writing once more a position whose writing was undone',
    file: 'hub/engine/carried-positions.ts',
    text: 'this.#settled = settled\n',
    becomes: '\n',
    test: {
      file: 'test/hub/engine/carried-positions.test.ts',
      name: 'a position that was written by an input that is undone is written once more',
    },
  },
  {
    without: 'looking past entries without a reading when somebody is erased',
    file: 'hub/features/erasures/removal.ts',
    text: 'this.#withoutRow += ids.length - (removed.rows - before)',
    becomes: '',
    test: { file: ERASURE, name: 'goes through what a purge left of its readings, a step at a time' },
  },
  {
    without: 'what is not indexed yet of somebody who is erased',
    file: 'hub/features/erasures/removal.ts',
    text: 'if (this.left > 0) this.#remove(table, `id > ${readIndexedUpto(db)} AND ${which}`)',
    becomes: '',
    test: { file: ERASURE, name: 'takes readings wherever they are found' },
  },
  {
    without: 'the last room on a disk for what is removed',
    file: 'hub/features/telemetry/index-filler.ts',
    text: 'if (this.#keepsRoom) return',
    becomes: '',
    test: { file: THINNING, name: 'leaves the last room to what is removed' },
  },
  {
    without: 'going on to make room as long as readings wait to be looked at',
    file: 'hub/features/retention/thinning.ts',
    text: 'if (!this.#index.isBehind) this',
    becomes: 'this',
    test: { file: THINNING, name: 'leaves the last room to what is removed' },
  },
  {
    without: 'making room also where the index cannot grow',
    file: 'hub/features/retention/thinning.ts',
    text: '!this.#walk && !this.#undone',
    becomes: '!this.#walk',
    test: { file: THINNING, name: 'removes what is indexed also where more of it cannot be' },
  },
  {
    without: 'looking at a start for readings that are newer than the states that were written',
    file: 'hub/features/telemetry/latest.ts',
    text: 'const state = readings.of({ id: entity, source, type }, written)',
    becomes: 'const state = written',
    test: {
      file: 'test/hub/features/telemetry/telemetry.test.ts',
      name: 'is what readings say that were stored after it was written, where the hub was killed',
    },
  },
  {
    without: 'counting a reading once that is rolled up',
    file: 'hub/features/telemetry/summaries.ts',
    text: 'AND id > @upto ',
    becomes: 'AND id > @upto * 0 ',
    test: {
      file: 'test/hub/features/telemetry/rollups.test.ts',
      name: 'sums up what is not rolled up yet from the readings themselves, each of them once',
    },
  },
  {
    without: 'telling the planner that readings are many when it found few',
    file: 'hub/features/upkeep/engine.ts',
    text: 'db.pragma(OPTIMIZE)\n    tellOfReadings(db)',
    becomes: 'db.pragma(OPTIMIZE)',
    test: { file: OPTIMIZE, name: 'where it looked when there was one' },
  },
  {
    without: 'telling it so at a start',
    file: 'hub/store/open-store.ts',
    text: '    tellOfReadings(db)\n',
    becomes: '',
    test: {
      file: 'test/hub/store/open-store.test.ts',
      name: 'tells the planner that readings are many, whatever it was told before',
    },
  },
  {
    without: 'one moment for all statements of a question',
    file: 'hub/admin/answer-question.ts',
    text: 'db.transaction(() => ask(context, params))()',
    becomes: 'ask(context, params)',
    test: {
      file: 'test/hub/admin/answer-question.test.ts',
      name: 'is of one moment, also where an hour is rolled up between two of its statements',
    },
  },
  {
    without: 'a bound to what a start reads of what is not indexed',
    file: 'hub/features/telemetry/states-at-start.ts',
    text: 'new NewestReadings(db, readRecentFrom(db))',
    becomes: 'new NewestReadings(db)',
    test: { file: AT_START, name: 'looks for newer states no further back than any house writes in two minutes' },
  },
  {
    without: 'a bound to what is read for an observation that may have been said before',
    file: 'hub/features/telemetry/reading-writer.ts',
    text: 'r.id > ${RECENT_FROM} AND',
    becomes: 'r.id > 0 * ${RECENT_FROM} AND',
    test: {
      file: 'test/hub/features/telemetry/observations.test.ts',
      name: 'is looked for among the newest readings and in the index, however many wait for it',
    },
  },
  {
    without: 'telling first states from readings that came late',
    file: 'hub/features/telemetry/states-at-start.ts',
    text: 'reading.time < this.#since',
    becomes: 'false',
    test: { file: AT_START, name: 'is none that came late' },
  },
  {
    without: 'looking at a start what an entity is, where its state says nothing of it',
    file: 'hub/features/telemetry/states-at-start.ts',
    text: 'TRUE_OR_FALSE.has(type)',
    becomes: '!TRUE_OR_FALSE.has(type)',
    test: { file: AT_START, name: 'is so after it, where what was written was' },
  },
  {
    without: 'the last room on a disk for what is removed, while readings come',
    file: 'hub/features/telemetry/index-filler.ts',
    text: 'if (!this.#keepsRoom && ',
    becomes: 'if (',
    test: { file: THINNING, name: 'leaves it to that also while readings come, which are indexed once there is room' },
  },
  {
    without: 'a bound to how many entries without a reading a step passes over',
    file: 'hub/features/retention/oldest-first.ts',
    text: 'looked += LOOKS_OF_PAGE',
    becomes: 'looked += 1',
    test: { file: LEFT, name: 'is stepped over in bounded steps' },
  },
  {
    without: 'going on behind entries without a reading',
    file: 'hub/features/retention/removable.ts',
    text: 'return last?.mark === GONE ? [...there, last] : there',
    becomes: 'return there',
    test: { file: LEFT, name: 'is stepped over in bounded steps, and what lies behind it goes all the same' },
  },
]
