import type { Mutation } from './mutation.ts'

const CONSOLE = 'test/web/console.test.ts'
const CHARTS = 'test/web/charts.test.ts'
const CONNECTION = 'test/web/connection.test.ts'
const QUESTIONS = 'test/web/hub-questions.test.ts'
const SEEN = 'test/hub/features/events-acknowledged.test.ts'
const TRACE = 'test/hub/features/trace/trace.test.ts'
const SESSION = 'test/hub/web/session-route.test.ts'

/** What is shown to people, and what they are told of the way of a thing. */
export const PAGE: readonly Mutation[] = [
  {
    without: 'offering to cancel only what can be given up',
    file: 'web/screens/lists/sections.ts',
    text: 'of: ({ state }) => GIVEN_UP.includes(state)',
    becomes: "of: ({ state }) => state !== 'done'",
    test: { file: 'test/web/lists.test.ts', name: 'offers to cancel' },
  },
  {
    without: 'saying of a reading that it came late',
    file: 'hub/features/telemetry/commands.ts',
    text: '...(lateMs > LATE_READING_MS ? { late_ms: lateMs } : {}),',
    becomes: '',
    test: { file: 'test/hub/features/telemetry/late-readings.test.ts', name: 'says by how much it came late' },
  },
  {
    without: 'marking in a chart what came late',
    file: 'web/screens/readings/series.ts',
    text: 'series.late.push(lateMs === undefined ? null : mean)',
    becomes: 'series.late.push(null)',
    test: { file: CHARTS, name: 'marks what came late' },
  },
  {
    without: 'hearing a hub that is slower than it is asked',
    file: 'web/hub/newest-question.ts',
    text: 'if (!this.#ended) this.#take(question, answer)',
    becomes: 'if (!this.#ended && this.#waiting === null) this.#take(question, answer)',
    test: { file: QUESTIONS, name: 'is answered by a hub that is slower' },
  },
  {
    without: 'telling nothing of what is not looked at any more',
    file: 'web/hub/newest-question.ts',
    text: 'if (!this.#ended) this.#take(question, answer)',
    becomes: 'this.#take(question, answer)',
    test: { file: QUESTIONS, name: 'tells nothing once something else is looked at' },
  },
  {
    without: 'looking at what happens all the time',
    file: 'web/hub/gathered.ts',
    text: 'this.#cancel ??= this.#clock',
    becomes: 'this.#cancel?.()\n    this.#cancel = this.#clock',
    test: { file: QUESTIONS, name: 'is looked at within a span' },
  },
  {
    without: 'letting go of older events behind a hole',
    file: 'web/screens/events/event-pages.ts',
    text: 'return meets && older.length > 0',
    becomes: 'return older.length > 0',
    test: { file: 'test/web/event-pages.test.ts', name: 'has no hole' },
  },
  {
    without: 'waiting for a time further ahead than a timer of a browser',
    file: 'web/hub/page-clock.ts',
    text: 'Math.min(left, LONGEST_MS)',
    becomes: 'left',
    test: { file: 'test/web/page-times.test.ts', name: 'is waited for by a browser' },
  },
  {
    without: 'keeping who was the first to have seen an event',
    file: 'hub/features/events/acknowledge.ts',
    text: "'id = ? AND acknowledged_by IS NULL'",
    becomes: "'id = ?'",
    test: { file: SEEN, name: 'stays as it was first seen' },
  },
  {
    without: 'acknowledging events of the own house alone',
    file: 'hub/features/events/acknowledge.ts',
    text: "const visible = visibleHouses(caller, 'house_id')\n  const row",
    becomes: "const visible = visibleHouses({ houses: null }, 'house_id')\n  const row",
    test: { file: SEEN, name: 'none of another house' },
  },
  {
    without: 'choosing events by severity at the hub',
    file: 'hub/features/events/commands.ts',
    text: 'params.least && fromLeast(params.least)',
    becomes: 'undefined',
    test: { file: SEEN, name: 'are chosen by the hub' },
  },
  {
    without: 'keeping a secret out of the command that is shown',
    file: 'web/answer/typed-command.ts',
    text: "value !== '' && !secret_params.includes(name)",
    becomes: "value !== ''",
    test: { file: CONSOLE, name: 'never shows a secret' },
  },
  {
    without: 'confirming only what was confirmed',
    file: 'web/hub/awaited-answers.ts',
    text: '...(confirm ? { confirm } : {})',
    becomes: 'confirm: true',
    test: { file: CONNECTION, name: 'confirms only what it was told to' },
  },
  {
    without: 'giving up a question that nobody answers',
    file: 'web/hub/awaited-answers.ts',
    text: 'const cancel = pageClock.after(ANSWER_MS, () =>',
    becomes: 'const cancel = pageClock.after(2 * ANSWER_MS, () =>',
    test: { file: CONNECTION, name: 'is given up when nobody answers' },
  },
  {
    without: 'showing a gap where nothing was measured',
    file: 'web/screens/readings/series.ts',
    text: 'if (before !== null && time - before > gapMs) {',
    becomes: 'if (before !== null && time < before) {',
    test: { file: CHARTS, name: 'shows a gap as a gap' },
  },
  {
    without: 'reading an address of a chart as one that anybody wrote',
    file: 'web/screens/readings/chosen.ts',
    text: "SPANS.find((one) => one === query.span) ?? 'day'",
    becomes: "((query.span ?? 'day') as Span)",
    test: { file: CHARTS, name: 'stands in its address' },
  },
  {
    without: 'tracing no message of another device',
    file: 'hub/features/trace/message-of.ts',
    text: " AND device_id = ?')\n    .get(lane, device)",
    becomes: "')\n    .get(lane)",
    test: { file: TRACE, name: 'has no number where the device gives none' },
  },
  {
    without: 'saying that central refused a row',
    file: 'hub/features/trace/way-to-central.ts',
    text: "return refused(db, table, String(key)) ?? { state: 'there', rows_before: 0, reason: null }",
    becomes: "return { state: 'there', rows_before: 0, reason: null }",
    test: { file: TRACE, name: 'says whether central has it' },
  },
  {
    without: 'knowing nobody by a cookie of a closed account',
    file: 'hub/features/logins/visitor.ts',
    text: 'AND u.is_active = 1 AND NOT',
    becomes: 'AND NOT',
    test: { file: SESSION, name: 'is nobody any more' },
  },
  {
    without: 'knowing nobody by a login that is over',
    file: 'hub/features/logins/visitor.ts',
    text: ' AND NOT ${IS_OVER}',
    becomes: '',
    test: { file: SESSION, name: 'is nobody any more' },
  },
  {
    without: 'telling no second fault where the database could not be opened',
    file: 'hub/core/house-store.ts',
    text: '    if (this.#openFault !== null) throw new LaresError(this.#openFaultCode, this.#openFault)\n',
    becomes: '',
    test: { file: 'test/faults/database-locked.test.ts', name: 'already at its start' },
  },
  {
    without: 'publishing nothing before the broker runs',
    file: 'hub/composition/broker-side.ts',
    text: '  outward.hold()\n',
    becomes: '',
    test: { file: 'test/faults/starts-full.test.ts', name: 'uses the room it kept' },
  },
  {
    without: 'sending a command once or not at all',
    file: 'web/hub/connection.ts',
    text: 'JSON.stringify(request), { qos: 0 })',
    becomes: 'JSON.stringify(request), { qos: 1 })',
    test: { file: CONNECTION, name: 'is not sent again by the next connection' },
  },
  {
    without: 'asking for whole milliseconds',
    file: 'web/screens/readings/series.ts',
    text: '[Math.floor(asked.from), Math.ceil(asked.to)]',
    becomes: '[asked.from, asked.to]',
    test: { file: CHARTS, name: 'asks for whole milliseconds' },
  },
]
