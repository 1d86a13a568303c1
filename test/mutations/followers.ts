import type { Mutation } from './mutation.ts'

const POSITIONS = 'test/hub/features/followers/positions.test.ts'
const HELD = 'test/hub/features/followers/held-back.test.ts'
const RESUME = 'test/hub/features/followers/resume.test.ts'
const RUNNER = 'test/hub/front/follower-runner.test.ts'
const FEED = 'test/hub/front/fleeting-feed.test.ts'

/** Who follows what is stored, and what keeps rows from being lost in silence or the card from filling up. */
export const FOLLOWERS: readonly Mutation[] = [
  {
    without: 'looking where a position was',
    file: 'hub/features/followers/follower-row.ts',
    text: 'WHERE name = ? AND position = ?',
    becomes: 'WHERE name = ? AND ? IS NOT NULL',
    test: { file: POSITIONS, name: 'moves when what is outside has acknowledged, and only from where it was' },
  },
  {
    without: 'a bound on the bytes of a page',
    file: 'hub/features/followers/followed-page.ts',
    text: 'bytes > FOLLOWING.pageBytes',
    becomes: 'bytes < 0',
    test: { file: POSITIONS, name: 'are bounded in bytes too' },
  },
  {
    without: 'looking whether keys are an order',
    file: 'hub/features/followers/followed-table.ts',
    text: '!/autoincrement/i.test(sql)',
    becomes: 'sql === ""',
    test: { file: POSITIONS, name: 'keeps the house from starting' },
  },
  {
    without: 'keeping rows that a follower has not had',
    file: 'hub/features/retention/removable.ts',
    text: 'if (!cut.overtakes && this.#isWanted(table, row.id)) return false',
    becomes: '',
    test: { file: HELD, name: 'stay beyond their time, and go once it had them' },
  },
  {
    without: 'an end to the age that rows wait',
    file: 'hub/features/followers/waiting-rows.ts',
    text: 'return lastBefore(db, followedOf(row), { key, before: now - hold_days * DAY_MS })',
    becomes: 'return now > hold_days * DAY_MS ? key : lastBefore(db, followedOf(row), { key, before: 0 })',
    test: { file: HELD, name: 'go once they are older than it is waited for' },
  },
  {
    without: 'an end to the number of rows that wait',
    file: 'hub/features/followers/waiting-rows.ts',
    text: 'Math.max(position, tooMany)',
    becomes: 'Math.max(position, Math.min(0, tooMany))',
    test: { file: HELD, name: 'go, the oldest first, once there are more of them than may wait' },
  },
  {
    without: 'an end to the waiting on a full disk',
    file: 'hub/features/retention/thinning.ts',
    text: '{ ...halfway, overtakes: true }',
    becomes: 'halfway',
    test: { file: HELD, name: 'go where nothing else would make room' },
  },
  {
    without: 'counting what goes before it was had',
    file: 'hub/features/retention/removable.ts',
    text: '          this.#followed.removed(table, row.id)\n',
    becomes: '',
    test: { file: HELD, name: 'as a gap that is counted and named' },
  },
  {
    without: 'writing down what is lost with the rows that go',
    file: 'hub/features/retention/purge.ts',
    text: '    this.#followed.settle(context)\n',
    becomes: '',
    test: { file: HELD, name: 'as a gap that is counted and named' },
  },
  {
    without: 'letting go of what nobody follows any more',
    file: 'hub/features/followers/resume.ts',
    text: "db.prepare('UPDATE followers SET is_wanted = 0 WHERE is_wanted = 1').run()",
    becomes: '',
    test: { file: HELD, name: 'wait for nobody once this hub has the follower no more' },
  },
  {
    without: 'naming what went while a follower was off',
    file: 'hub/features/followers/resume.ts',
    text: "wasOff ? 'was_off' : null",
    becomes: 'null',
    test: { file: RESUME, name: 'goes on where it was, and what went meanwhile is a gap' },
  },
  {
    without: 'beginning again where keys began again',
    file: 'hub/features/followers/resume.ts',
    text: 'if (row.position > newest) {',
    becomes: 'if (row.position < 0) {',
    test: { file: RESUME, name: 'whose keys begin again leaves nothing out that comes' },
  },
  {
    without: 'another epoch in every copy',
    file: 'hub/store/backup.ts',
    text: 'db.exec(ANOTHER_LIFE)',
    becomes: '{}',
    test: { file: 'test/hub/store/maintenance.test.ts', name: 'copies no name of the life of this database' },
  },
  {
    without: 'a deadline of deliveries',
    file: 'hub/front/delivery.ts',
    text: "abort.abort(new LaresError('timed_out', late))",
    becomes: 'undefined',
    test: { file: RUNNER, name: 'is ended at its deadline when it heeds nothing' },
  },
  {
    without: 'a bound on deliveries that go on although they were ended',
    file: 'hub/front/delivery.ts',
    text: 'if (this.#lingering.size >= LINGERING) await',
    becomes: 'if (this.#lingering.size < 0) await',
    test: { file: RUNNER, name: 'has no more than four deliveries that go on' },
  },
  {
    without: 'a back-off that rows do not cut short',
    file: 'hub/front/running-follower.ts',
    text: 'await wait(this.#parts.clock, ms, this.#change.signal)',
    becomes: 'await wait(this.#parts.clock, ms, this.#bell.signal)',
    test: { file: RUNNER, name: 'gets the same rows under the same key again, later each time' },
  },
  {
    without: 'smaller parts for what is refused',
    file: 'hub/front/running-follower.ts',
    text: 'this.#most = Math.ceil(size / 2)',
    becomes: 'this.#most = size',
    endless: true,
    test: { file: RUNNER, name: 'is found, tried three times, and passed over' },
  },
  {
    without: 'an end to the rows that are passed over',
    file: 'hub/front/running-follower.ts',
    text: 'this.#passedOver < PASSED_OVER',
    becomes: 'true',
    test: { file: RUNNER, name: 'is passed over three times in a row and no more' },
  },
  {
    without: 'saying an acknowledgement again that could not be stored',
    file: 'hub/front/running-follower.ts',
    text: '    if (this.#owes) {\n      await this.#acknowledge()\n      return\n    }\n',
    becomes: '    this.#owes = false\n',
    test: { file: RUNNER, name: 'that could not take an acknowledgement gets it again' },
  },
  {
    without: 'a look that nobody rang for',
    file: 'hub/front/running-follower.ts',
    text: 'await this.#wait(LOOK_MS)',
    becomes: 'await this.#wait(LOOK_MS * 1_000)',
    test: { file: RUNNER, name: 'finds what nobody rang for within a minute' },
  },
  {
    without: 'an end to what hears no stop',
    file: 'hub/front/follower-runner.ts',
    text: 'for (const running of this.#running.values()) running.end()',
    becomes: '',
    test: { file: RUNNER, name: 'ends what is under way, and waits half a second' },
  },
  {
    without: 'saying which keys are missing',
    file: 'hub/front/fleeting-feed.ts',
    text: 'from < this.#start ?',
    becomes: 'from < 0 ?',
    test: { file: FEED, name: 'says what is missing to whoever looks too seldom' },
  },
]
