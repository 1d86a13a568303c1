import type { Mutation } from './mutation.ts'

const OUTBOX_TEST = 'test/edge/outbox/outbox.test.ts'
const SENDER = 'test/edge/link/sender.test.ts'
const LINK = 'test/edge/link/link.test.ts'

/** What waits on an agent's disk, what leaves it, and what the hub says of it. */
export const OUTBOX: readonly Mutation[] = [
  {
    without: 'the lanes in what an acknowledgement takes away',
    file: 'edge/outbox/rows.ts',
    text: "'DELETE FROM outbox WHERE parked = 0 AND lane = ? AND id <= ?'",
    becomes: "'DELETE FROM outbox WHERE parked = 0 AND lane <> ? AND id <= ?'",
    test: { file: OUTBOX_TEST, name: 'deletes by the ack of its epoch, per lane, and nothing else' },
  },
  {
    without: 'ignoring the acknowledgement of another epoch',
    file: 'edge/outbox/settlement.ts',
    text: "if (ack.epoch !== this.#file.state.epoch) return 'ignored'",
    becomes: '',
    test: { file: OUTBOX_TEST, name: 'deletes by the ack of its epoch, per lane, and nothing else' },
  },
  {
    without: 'noticing that the outbox is an old copy',
    file: 'edge/outbox/settlement.ts',
    text: 'if (highest > this.#file.state.sentBound) return this.#restore(ack)',
    becomes: '',
    test: { file: OUTBOX_TEST, name: 'finds out that it is an old copy, mints a new epoch' },
  },
  {
    without: 'keeping what was sent before that is judged',
    file: 'edge/outbox/outbox.ts',
    text: 'if (this.#reachable) sentBound = id',
    becomes: '',
    test: { file: OUTBOX_TEST, name: 'takes an ack for rows that were sent as no sign of an old copy' },
  },
  {
    without: 'setting aside what ends three connections in a row',
    file: 'edge/outbox/settlement.ts',
    text: '    this.#park()\n',
    becomes: '',
    test: { file: OUTBOX_TEST, name: 'sets a row aside that was under way at three disconnects in a row' },
  },
  {
    without: 'deleting what arrived before rows are set aside',
    file: 'edge/outbox/settlement.ts',
    text: "if (outcome !== 'ok') return outcome\n    this.flush()",
    becomes: "if (outcome !== 'ok') return outcome",
    test: { file: OUTBOX_TEST, name: 'does not set a row aside whose ack was only lost with its third connection' },
  },
  {
    without: 'forgiving a row that was not under way',
    file: 'edge/outbox/rows.ts',
    text: 'statements.forgive.run(ids)',
    becomes: '',
    test: { file: OUTBOX_TEST, name: 'forgives a row that was not under way at the next disconnect' },
  },
  {
    without: 'a bound on the rows of an outbox',
    file: 'edge/outbox/eviction.ts',
    text: 'now.total.rows - gone.rows > limits.rows || ',
    becomes: '',
    test: { file: OUTBOX_TEST, name: 'drops backlog first, then live, then urgent, the oldest first, and counts it' },
  },
  {
    without: 'a bound on the bytes of an outbox',
    file: 'edge/outbox/eviction.ts',
    text: ' || now.total.bytes - gone.bytes > limits.bytes',
    becomes: '',
    test: { file: OUTBOX_TEST, name: 'keeps its limit of bytes' },
  },
  {
    without: 'giving up the least urgent first',
    file: 'edge/outbox/eviction.ts',
    text: "['parked', ...[...LANES].reverse()] as const",
    becomes: "['parked', ...LANES] as const",
    test: { file: OUTBOX_TEST, name: 'drops backlog first, then live, then urgent, the oldest first, and counts it' },
  },
  {
    without: 'refusing what is too large for a message before it becomes a row',
    file: 'edge/outbox/outbox.ts',
    text: 'return bytes > BODY_BYTES ? `has',
    becomes: 'return bytes < 0 ? `has',
    test: { file: OUTBOX_TEST, name: 'refuses an event that is too large before it becomes a row' },
  },
  {
    without: 'refusing a reading that no hub would understand',
    file: 'edge/outbox/outbox.ts',
    text: "    this.#refuse('a reading', checked.reason)\n    return false",
    becomes: '    return true',
    test: { file: OUTBOX_TEST, name: 'keeps the sound readings of a tick when one is not a number' },
  },
  {
    without: 'telling the hub how much was given up',
    file: 'edge/outbox/outbox.ts',
    text: "if (outcome === 'ok') this.#tellDropped()",
    becomes: '',
    test: { file: OUTBOX_TEST, name: 'tells the hub how many rows it dropped while it was away' },
  },
  {
    without: 'saying for how long nothing could be written',
    file: 'edge/outbox/outbox.ts',
    text: 'if (rows > 0) this.#sayDropped(rows)\n    this.#sayResumed()',
    becomes: 'if (rows > 0) this.#sayDropped(rows)',
    test: { file: OUTBOX_TEST, name: 'stops intake when the disk takes nothing, says so, loses nothing it held' },
  },
  {
    without: 'counting connects on while the disk takes nothing',
    file: 'edge/outbox/outbox.ts',
    text: 'this.#file.state.connects = connects',
    becomes: '',
    test: { file: OUTBOX_TEST, name: 'counts connects on in memory while the disk takes nothing at all' },
  },
  {
    without: 'setting a damaged outbox aside',
    file: 'edge/outbox/open-outbox.ts',
    text: 'if (isCorruption(error)) {',
    becomes: 'if (isCorruption(null)) {',
    test: { file: 'test/edge/agent.test.ts', name: 'sets a damaged outbox aside, begins a new one and says so' },
  },
  {
    without: 'the end of a connection whose acknowledgement is overdue',
    file: 'edge/link/sender.ts',
    text: '    this.#options.onStalled()\n',
    becomes: '',
    test: { file: LINK, name: 'connects again when an ack does not come within 30 s' },
  },
  {
    without: 'sending a suspected row alone',
    file: 'edge/link/sender.ts',
    text: 'if (suspect && this.inFlight.length > 0) {',
    becomes: 'if (suspect && this.inFlight.length < 0) {',
    test: { file: SENDER, name: 'goes alone when it was under way at two disconnects in a row' },
  },
]
