import type { Mutation } from './mutation.ts'

const ANNOUNCEMENTS = 'test/hub/features/makers/announcements.test.ts'
const TWO_SOURCES = 'test/hub/features/makers/two-sources.test.ts'
const DECIDING = 'test/hub/features/makers/deciding.test.ts'
const ORDERS = 'test/hub/features/makers/orders.test.ts'
const GUARD = 'test/hub/makers/message-guard.test.ts'
const EXISTING = 'test/hub/makers/existing-broker.test.ts'
const TROUBLES = 'test/hub/makers/source-troubles.test.ts'
const STATES = 'test/hub/features/makers/states.test.ts'

/** Devices of other makers. */
export const MAKERS: readonly Mutation[] = [
  {
    without: 'knowing a device by all that identifies it',
    file: 'hub/features/makers/maker-rows.ts',
    text: 'const found = exact ?? this.#same.get(source, JSON.stringify(identities))',
    becomes: 'const found = exact ?? (identities.length > 99 ? this.#same.get(source, "[]") : undefined)',
    test: { file: ANNOUNCEMENTS, name: 'is the same under another name and topic' },
  },
  {
    without: 'keeping what identified it before',
    file: 'hub/features/makers/announcements.ts',
    text: 'new Set([...said.identities, ...before.identities])',
    becomes: 'new Set([...said.identities])',
    test: { file: ANNOUNCEMENTS, name: 'leaves when its source says so, and is the same when it comes back' },
  },
  {
    without: 'holding what is ignored at other sources',
    file: 'hub/features/makers/announcements.ts',
    text: "status === 'ignored' && house === source.house_id",
    becomes: "status === 'ignored' && house === 'nowhere'",
    test: { file: DECIDING, name: 'holds under another name, topic or source' },
  },
  {
    without: 'ignoring in one house alone',
    file: 'hub/features/makers/announcements.ts',
    text: "status === 'ignored' && house === source.house_id",
    becomes: "status === 'ignored' && house !== 'nowhere'",
    test: { file: DECIDING, name: 'is of one house: what another one ignores is its own' },
  },
  {
    without: 'keeping the device of one house from the sources of another',
    file: 'hub/features/makers/announcements.ts',
    text: 'return house_id === null || this.#parts.directory.find(device)?.house === house_id',
    becomes: 'return house_id !== device',
    test: { file: TWO_SOURCES, name: 'does not show the device of one house to another' },
  },
  {
    without: 'disbelieving a whole list of nothing',
    file: 'hub/features/makers/announcements.ts',
    text: 'if (whole && devices.length > 0)',
    becomes: 'if (whole)',
    test: { file: ANNOUNCEMENTS, name: 'stays when a bridge that has just begun says that it has nothing' },
  },
  {
    without: 'a bound on what waits',
    file: 'hub/features/makers/announcements.ts',
    text: "if (status === 'waiting' && rows.undecided(source.key) >= MAKER_LIMITS.undecided) {",
    becomes: "if (status === 'left') {",
    test: { file: ANNOUNCEMENTS, name: 'beyond that which come at once are not kept' },
  },
  {
    without: 'a bound on what one device announces',
    file: 'hub/features/makers/announced.ts',
    text: 'if (bytes > MAKER_LIMITS.announcedBytes) break',
    becomes: 'if (bytes < 0) break',
    test: { file: ANNOUNCEMENTS, name: 'keeps so much of its entities' },
  },
  {
    without: 'leaving the name alone that a person gave',
    file: 'hub/features/makers/announcements.ts',
    text: ' || name !== row.given_name',
    becomes: '',
    test: { file: ANNOUNCEMENTS, name: 'follows its announced name until a person names it' },
  },
  {
    without: 'freeing what was revoked',
    file: 'hub/features/makers/engine.ts',
    text: '    freeRemoved(context)\n',
    becomes: '    void freeRemoved\n',
    test: { file: DECIDING, name: 'waits again, and its states are not wanted' },
  },
  {
    without: 'asking of a second request whether the first accepted',
    file: 'hub/features/makers/commands.ts',
    text: 'if (named?.device_id != null) return',
    becomes: 'if (named?.device_id === "") return',
    test: { file: DECIDING, name: 'a second time says so and changes nothing' },
  },
  {
    without: 'a bound on what is accepted at once',
    file: 'hub/features/makers/commands.ts',
    text: 'waiting.slice(0, AT_ONCE)',
    becomes: 'waiting.slice(0)',
    test: { file: DECIDING, name: 'of more than five hundred takes so many at once' },
  },
  {
    without: 'leaving a device with its source while that is only away',
    file: 'hub/features/makers/take-over.ts',
    text: 'if (!before || sources.find(before.source)?.is_named !== false) return',
    becomes: 'if (!before) return',
    test: { file: TWO_SOURCES, name: 'is not told of by the other while the first is only away' },
  },
  {
    without: 'one device for what two sources tell of',
    file: 'hub/features/makers/accept-maker.ts',
    text: '  acceptElsewhere(rows, row, { device, house })\n',
    becomes: '  void acceptElsewhere\n',
    test: { file: TWO_SOURCES, name: 'is one device, whichever is heard first' },
  },
  {
    without: 'a second between two changes of who flaps',
    file: 'hub/features/makers/maker-reach.ts',
    text: 'heard.isHeldBack = !isDue(heard, context.now)',
    becomes: 'heard.isHeldBack = false',
    test: { file: STATES, name: 'is shown once a second for one that flaps' },
  },
  {
    without: 'one event for all devices of a source',
    file: 'hub/features/makers/maker-reach.ts',
    text: '{ heard: this.#of(row), isTold: false }',
    becomes: '{ heard: this.#of(row), isTold: true }',
    test: { file: STATES, name: 'takes its hundred devices with it in one event' },
  },
  {
    without: 'looking whether what says a state was accepted',
    file: 'hub/features/makers/maker-states.ts',
    text: "row?.status === 'accepted' ? row : undefined",
    becomes: 'row',
    test: { file: STATES, name: 'of a device that left' },
  },
  {
    without: 'leaving alone what happened long ago',
    file: 'hub/features/makers/maker-states.ts',
    text: 'if (!isNews) return true',
    becomes: 'if (age < 0) return true',
    test: { file: STATES, name: 'long ago is kept, and presses nothing again' },
  },
  {
    without: 'waiting for what a lamp says of an order',
    file: 'hub/features/control/outside-orders.ts',
    text: 'else if (isDoneWhenTold(this.#orderOf(row)) || this.#isDone(row))',
    becomes: 'else if (row.action > 0)',
    test: { file: ORDERS, name: 'is told once, and is done when the lamp says that it is on' },
  },
  {
    without: 'telling an order once',
    file: 'hub/features/control/outside-orders.ts',
    text: 'WHERE u.told = 0 AND a.executed_at IS NULL AND',
    becomes: 'WHERE u.told = 0 AND',
    test: { file: ORDERS, name: 'after a kill is not told twice' },
  },
  {
    without: 'holding an order until its device can be reached',
    file: 'hub/features/control/outside-orders.ts',
    text: "AND d.status <> 'offline' AND",
    becomes: 'AND',
    test: { file: ORDERS, name: 'of a device that is away waits for it' },
  },
  {
    without: 'asking whose state tells of an order',
    file: 'hub/features/control/outside-orders.ts',
    text: 'if (row.entity === id && this.#isDone(row))',
    becomes: "if (row.entity !== '')",
    test: { file: ORDERS, name: 'is not that of another one of the same device' },
  },
  {
    without: 'a bound on the numbers of an order',
    file: 'hub/features/control/entity-orders.ts',
    text: '(range !== null && (value < range.min || value > range.max))',
    becomes: '(range !== null && value === range.max + 1_000)',
    test: { file: ORDERS, name: 'is refused with what it takes, and tells nobody' },
  },
  {
    without: 'the brightness that a lamp was told',
    file: 'hub/features/control/order-outcome.ts',
    text: "if (typeof brightness === 'number') return isNear((brightness / 255) * 100, percent)",
    becomes: "if (typeof brightness === 'number') return true",
    test: { file: ORDERS, name: 'dims it, and waits for the brightness' },
  },
  {
    without: 'a bound on messages of a broker of somebody else',
    file: 'hub/makers/message-guard.ts',
    text: 'topic !== null && this.#left > this.#parts.most(topic)',
    becomes: 'topic === null && this.#left > this.#parts.most("")',
    test: { file: GUARD, name: 'passes everything of a bearable size as it came, and over what is too large' },
  },
  {
    without: 'acknowledging what is passed over',
    file: 'hub/makers/message-guard.ts',
    text: 'if (qos === 1) this.#parts.socket.write',
    becomes: 'if (qos === 3) this.#parts.socket.write',
    test: { file: EXISTING, name: 'passes over what is too large, and hears what follows it' },
  },
  {
    without: 'letting a broker wait for its reader',
    file: 'hub/makers/message-guard.ts',
    text: '!this.push(bytes)) this.#parts.socket.pause()',
    becomes: '!this.push(bytes)) this.#parts.socket.resume()',
    test: { file: GUARD, name: 'lets the broker wait while its client does not read' },
  },
  {
    without: 'waiting longer for a broker that ends every connection',
    file: 'hub/makers/existing-broker.ts',
    text: 'this.#parts.clock.after(LASTING_MS, () => this.#backoff.reset())',
    becomes: '(this.#backoff.reset(), () => {})',
    test: { file: EXISTING, name: 'is asked less and less often, as one that takes none' },
  },
  {
    without: 'telling of rubbish every ten seconds at most',
    file: 'hub/makers/source-troubles.ts',
    text: 'if (this.#isResting || words === this.#told) return',
    becomes: 'if (words === this.#told) return',
    test: { file: TROUBLES, name: 'is told every ten seconds at most' },
  },
  {
    without: 'a bound on the topics of which it is kept what is wrong',
    file: 'hub/makers/source-troubles.ts',
    text: 'if (this.#reasons.size > MOST_TOPICS && oldest !== undefined)',
    becomes: 'if (oldest === "")',
    test: { file: TROUBLES, name: 'of a thousand topics no more than a hundred are kept' },
  },
]
