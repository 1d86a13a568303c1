import type { Mutation } from './mutation.ts'

const ACKNOWLEDGING = 'test/hub/broker/acknowledging.test.ts'
const ERASING = 'test/hub/broker/erasing.test.ts'
const FRAMES = 'test/hub/broker/frames.test.ts'
const HOOKS = 'test/hub/broker/hooks.test.ts'
const OWNERS = 'test/hub/broker/client-session-owners.test.ts'
const ADMISSION = 'test/hub/broker/connection-limiter.test.ts'
const PUBLISHING = 'test/hub/broker/publishing.test.ts'
const HOSTILE = 'test/faults/hostile-clients.test.ts'
const TO_THE_LETTER = 'test/hub/broker/to-the-letter.test.ts'

/** What makes Aedes trustworthy from outside. */
export const BROKER: readonly Mutation[] = [
  {
    without: 'waiting for the disk before a publish is acknowledged',
    file: 'hub/broker/inbound.ts',
    text: 'else persistence.committed(committed)',
    becomes: 'else committed()',
    test: { file: ACKNOWLEDGING, name: 'waits for the commit' },
  },
  {
    without: 'waiting for the disk before CONNACK says that a session is there',
    file: 'hub/broker/arrivals.ts',
    text: 'persistence.committed((error) => {',
    becomes: 'Promise.resolve(null as Error | null).then((error) => {',
    test: { file: ACKNOWLEDGING, name: 'the CONNACK of a session, kept or ended, waits for the commit' },
  },
  {
    without: 'waiting for the effect of a publish before it is answered',
    file: 'hub/broker/publish-queue.ts',
    text: '!first.ready || this.#head === this.#next',
    becomes: 'this.#head === this.#next',
    test: {
      file: 'test/hub/broker/ordering.test.ts',
      name: 'gives effects in the order of arrival, and answers in it',
    },
  },
  {
    without: 'taking a verdict that nobody knows for a refusal',
    endless: true,
    file: 'hub/broker/publish-queue.ts',
    text: "pending.verdict = verdict === 'deliver' || verdict === 'absorb' ? verdict : 'close'",
    becomes: "pending.verdict = verdict === 'close' ? verdict : 'absorb'",
    test: { file: HOOKS, name: 'an answer that is no verdict refuses' },
  },
  {
    without: 'keeping clients from $SYS, by which Aedes takes its own orders',
    file: 'hub/broker/inbound.ts',
    text: "if (packet.topic.startsWith('$SYS/')) this.#reserved",
    becomes: "if (packet.topic === '$SYS/') this.#reserved",
    test: { file: PUBLISHING, name: 'never asks about $SYS and hands it to nobody' },
  },
  {
    without: 'remembering the packet ids of QoS 2',
    file: 'hub/broker/inbound.ts',
    text: 'const known = messages.get(packetId)',
    becomes: 'const known = messages.get(-packetId)',
    test: { file: PUBLISHING, name: 'answers a repetition that comes while the first is being decided, and asks once' },
  },
  {
    without: 'a bound on QoS 2 messages that are never released',
    endless: true,
    file: 'hub/broker/inbound.ts',
    text: 'if (messages.size >= limits.inflightPerClient) {',
    becomes: 'if (messages.size < 0) {',
    test: { file: PUBLISHING, name: 'closes a client that never releases its messages' },
  },
  {
    without: 'a time after which a hook that never answers has refused',
    endless: true,
    file: 'hub/broker/hooks.ts',
    text: 'resolve(REFUSED)\n    })',
    becomes: '})',
    test: { file: HOOKS, name: 'authenticate never answers: CONNACK 3 after five seconds' },
  },
  {
    without: 'a bound on the connections of one principal',
    file: 'hub/broker/arrivals.ts',
    text: 'registry.countOf(owner) >= connections',
    becomes: 'registry.countOf(owner) < 0',
    test: { file: OWNERS, name: 'of connections: beyond it CONNACK 3, while others and its own takeover get in' },
  },
  {
    without: 'naming sessions by their owner',
    file: 'hub/engine/client-session-key.ts',
    text: "owner === '' ? clientId",
    becomes: "owner !== '' ? clientId",
    test: { file: OWNERS, name: 'so another principal under the same id throws nobody out' },
  },
  {
    without: 'a bound on connections in all',
    file: 'hub/broker/connection-limiter.ts',
    text: 'this.#total >= connections && address !== LOCAL_ADDRESS',
    becomes: 'this.#total < 0',
    test: { file: ADMISSION, name: 'counts connections in all and per address' },
  },
  {
    without: 'a bound on connections of one address',
    file: 'hub/broker/connection-limiter.ts',
    text: 'here.connections >= connectionsPerAddress',
    becomes: 'here.connections < 0',
    test: { file: ADMISSION, name: 'counts connections in all and per address' },
  },
  {
    without: 'the way in for whoever opens the local socket',
    file: 'hub/broker/connection-limiter.ts',
    text: ' && address !== LOCAL_ADDRESS',
    becomes: '',
    test: { file: ADMISSION, name: 'lets whoever opens the local socket in when the network has taken every place' },
  },
  {
    without: 'closing silent connections for newer ones',
    file: 'hub/broker/connection-limiter.ts',
    text: 'else if (here.arriving.size >= arriving.perAddress) this.#evict(here)',
    becomes: '',
    test: {
      file: ADMISSION,
      name: 'closes the silent connection of an address that has waited longest for a newer one',
    },
  },
  {
    without: 'refusing an empty client id with a session to keep',
    file: 'hub/broker/arrivals.ts',
    text: 'if (connection.emptyId && !request.clean) {',
    becomes: 'if (connection.emptyId && request.clientId === undefined) {',
    test: { file: 'test/hub/broker/connections.test.ts', name: 'refuses an empty client id with a session to keep' },
  },
  {
    without: 'refusing wildcards in the topic of a publish',
    file: 'hub/broker/text-rules.ts',
    text: "if (byte === PLUS || byte === HASH) return 'topic has a wildcard'",
    becomes: '',
    test: { file: FRAMES, name: 'refuses ' },
  },
  {
    without: 'looking for lone surrogates in texts',
    file: 'hub/broker/text-rules.ts',
    text: "if (code >= 0xd800 && code <= 0xdfff) return 'text has a lone surrogate'",
    becomes: '',
    test: { file: FRAMES, name: 'refuses ' },
  },
  {
    without: 'a bound on the levels of a topic',
    file: 'hub/broker/text-rules.ts',
    text: "return levels > rules.topicLevels ? 'topic has too many levels' : null",
    becomes: 'return null',
    test: { file: FRAMES, name: 'refuses ' },
  },
  {
    without: 'a time in which CONNECT must come',
    file: 'hub/broker/gate.ts',
    text: 'if (!this.scanner.connected && now - this.#born > limits.connectTimeoutMs) {',
    becomes: 'if (this.#born < 0) {',
    test: { file: HOSTILE, name: 'a CONNECT that comes byte by byte is cut off after five seconds' },
  },
  {
    without: 'closing a reader that takes no bytes',
    file: 'hub/broker/gate.ts',
    text: "else if (waited > limits.drainTimeoutMs) this.#tooSlow('reader takes no bytes')",
    becomes: '',
    test: { file: 'test/hub/broker/slow-reader.test.ts', name: 'are counted once it is closed, for it and in all' },
  },
  {
    without: 'a bound on what waits for a slow reader',
    file: 'hub/broker/gate.ts',
    text: "if (this.#output.bytes + this.writableLength > limits.outputBytes) this.#tooSlow('reader is too slow')\n    else if",
    becomes: 'if',
    test: { file: 'test/hub/broker/slow-reader.test.ts', name: 'are counted when too much waits at once' },
  },
  {
    without: 'looking whether an acknowledgement is the one that is due',
    endless: true,
    file: 'hub/broker/outstanding.ts',
    text: 'if (type !== due) return `${NAMES[type]} came where ${NAMES[due]} is due`',
    becomes: '',
    test: { file: TO_THE_LETTER, name: 'PUBACK for a PUBREL ends the connection' },
  },
  {
    without: 'keeping one packet id for one message at a time',
    endless: true,
    file: 'hub/broker/outstanding.ts',
    text: "if (this.#due.has(id)) return 'the client acknowledges nothing: no packet id is left'",
    becomes: '',
    test: { file: TO_THE_LETTER, name: 'are never given to two messages at a time' },
  },
  {
    without: 'letting go of the sessions of whoever is erased',
    file: 'hub/broker/client-sessions.ts',
    text: "for (const { clientId } of [...this.#owners.sessionsOf(clientSessionKey(owner, ''))]) this.forget(clientId)",
    becomes: '',
    test: { file: ERASING, name: 'who is erased has no session left' },
  },
  {
    without: 'letting go of what waits for others of whoever is erased',
    file: 'hub/broker/client-sessions.ts',
    text: 'if (hasLevel(item.packet.topic, level)) this.dequeue(session, item)',
    becomes: 'void item',
    test: { file: ERASING, name: 'who is erased has no session left' },
  },
  {
    without: 'letting go of what others retained of whoever is erased',
    file: 'hub/broker/retained-messages.ts',
    text: 'if (hasLevel(topic, level)) this.#remove(topic)',
    becomes: 'void [topic, level]',
    test: { file: ERASING, name: 'who is erased has no session left' },
  },
]
