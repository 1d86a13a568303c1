import type { Mutation } from './mutation.ts'

const CODEC = 'test/shared/codec.test.ts'
const LIFECYCLE = 'test/shared/lifecycle.test.ts'
const SUPERVISOR = 'test/shared/supervisor.test.ts'
const EVENTS_PASSED_ON = 'test/hub/features/events-passed-on.test.ts'
const REDACT = 'test/cli/redact.test.ts'

/** Parsing, starting and stopping, what is told, and what leaves the machine. */
export const SHARED: readonly Mutation[] = [
  {
    without: 'a bound on the bytes of a message before they are read',
    file: 'shared/codec.ts',
    text: "if (bytes.length > maxBytes) return refuse('too_large'",
    becomes: "if (bytes.length < 0) return refuse('too_large'",
    test: { file: CODEC, name: 'refuses more bytes than the message may have, before it looks at them' },
  },
  {
    without: 'a bound on the depth of JSON',
    file: 'shared/codec.ts',
    text: 'if (FREEFORM.has(name) && isDeeper(json, JSON_DEPTH))',
    becomes: "if (FREEFORM.has('') && isDeeper(json, JSON_DEPTH))",
    test: { file: CODEC, name: 'survives deep nesting' },
  },
  {
    without: 'looking whether bytes are UTF-8',
    file: 'shared/codec.ts',
    text: "if (!isUtf8(bytes)) return refuse('bad_utf8', 'is not valid UTF-8')",
    becomes: 'void isUtf8',
    test: { file: CODEC, name: 'names the fault of what is no JSON, no UTF-8 or no such message' },
  },
  {
    without: 'keeping the answer to a thread that died from the next one',
    file: 'shared/supervisor.ts',
    text: 'if (isCurrent()) worker.postMessage(message)',
    becomes: 'this.say(message)',
    test: { file: SUPERVISOR, name: 'hears nothing of a dead one, and does not give its answer to the next' },
  },
  {
    without: 'beginning a thread anew that could not be begun',
    file: 'shared/supervisor.ts',
    text: 'this.#lost(asError(error))',
    becomes: 'void asError(error)',
    test: { file: SUPERVISOR, name: 'tries again when one cannot even be begun' },
  },
  {
    without: 'waiting longer for a thread that dies as soon as it said something',
    file: 'shared/supervisor.ts',
    text: 'if (clock.mono() - this.#begunAt >= CAP_MS)',
    becomes: 'if (clock.mono() >= this.#begunAt)',
    test: { file: SUPERVISOR, name: 'waits longer each time up to a minute' },
  },
  {
    without: 'ending a thread that does not stop',
    file: 'shared/supervisor.ts',
    text: 'await ended.promise\n    cancel()\n    this.#worker = null\n    await worker.terminate()',
    becomes: 'await ended.promise\n    cancel()',
    test: { file: SUPERVISOR, name: 'waits for one that is told to stop until it' },
  },
  {
    without: 'stopping in the reverse order',
    file: 'shared/lifecycle.ts',
    text: 'this.#running.splice(0).reverse()',
    becomes: 'this.#running.splice(0)',
    test: { file: LIFECYCLE, name: 'starts in order and stops in reverse, once' },
  },
  {
    without: 'stopping what runs when a part does not start',
    file: 'shared/lifecycle.ts',
    text: 'await this.stop().catch(() => {})\n',
    becomes: '',
    test: { file: LIFECYCLE, name: 'stops what ran when one fails to start, and says why' },
  },
  {
    without: 'stopping the others when one does not stop',
    file: 'shared/lifecycle.ts',
    text: 'failures.push(new Error(`stop ${named.name}`, { cause: error }))',
    becomes: 'throw new AggregateError([new Error(`stop ${named.name}`, { cause: error })])',
    test: { file: LIFECYCLE, name: 'stops the others when one fails to stop, and names it' },
  },
  {
    without: 'a time in which a part must stop',
    file: 'shared/lifecycle.ts',
    text: 'await Promise.race([service.stop(), late.promise])',
    becomes: 'await service.stop()',
    test: { file: LIFECYCLE, name: 'gives a part up that does not stop in its time' },
  },
  {
    without: 'letting a door outlive a connection that it cannot accept',
    file: 'shared/listener.ts',
    text: "server.on('error', (error) => log.warn(",
    becomes: "server.on('drop', (error: unknown) => error instanceof Error && log.warn(",
    test: { file: 'test/shared/listener.test.ts', name: 'outlives connections that it cannot accept' },
  },
  {
    without: 'shutting a door again that could not be prepared',
    file: 'shared/listener.ts',
    text: '      // What was opened and cannot be used would keep its port from the next try.\n      this.#server?.close()\n',
    becomes: '',
    test: { file: 'test/shared/listener.test.ts', name: 'takes no connections when what follows its opening fails' },
  },
  {
    without: 'keeping what waited on a device from pressing a button again',
    file: 'hub/features/events/pass-on.ts',
    text: "if (lane === 'backlog') return null",
    becomes: '',
    test: { file: EVENTS_PASSED_ON, name: 'that waited on the device presses no button again' },
  },
  {
    without: 'the age of an event that nobody knows',
    file: 'hub/features/events/pass-on.ts',
    text: 'if (!matters && (age === null || age > EVENT_FRESH_MS)) return null',
    becomes: '',
    test: { file: EVENTS_PASSED_ON, name: 'of which nobody knows how old it is presses no button' },
  },
  {
    without: 'keeping devices out of the audit',
    file: 'hub/features/events/event-log.ts',
    text: "event.source === 'device' && HOUSES_OWN.has(type.category) ? 'device' : type.category",
    becomes: "HOUSES_OWN.has('') ? 'device' : type.category",
    test: {
      file: 'test/hub/features/events.test.ts',
      name: 'is not lost when it names a category a device must not claim',
    },
  },
  {
    without: 'keeping a newer value from an older one',
    file: 'hub/features/telemetry/latest.ts',
    text: 'if (!known || follows(value.state, known, now))',
    becomes: 'if (!known || now > 0)',
    test: {
      file: 'test/hub/features/telemetry/telemetry.test.ts',
      name: 'is never overwritten by older readings, from the backlog or late',
    },
  },
  {
    without: 'a bound on how often a state is published',
    file: 'hub/features/telemetry/latest.ts',
    text: 'const publish = changed && due &&',
    becomes: 'void due\n      const publish = changed &&',
    test: {
      file: 'test/hub/features/telemetry/telemetry.test.ts',
      name: 'is published on change, at most once a second, and the last one always',
    },
  },
  {
    without: 'a bound on the sensors of a device',
    file: 'hub/features/devices/entities.ts',
    text: 'const isFull = own.filter(({ enabled }) => enabled).length >= SENSORS_PER_DEVICE',
    becomes: 'const isFull = own.length < 0',
    test: {
      file: 'test/hub/features/telemetry/telemetry.test.ts',
      name: 'of a sensor beyond the 256th is refused alone',
    },
  },
  {
    without: 'removing passwords in addresses from what goes to whoever helps',
    file: 'cli/diagnose/redact.ts',
    text: '    .replace(CREDENTIALS, `$1:${GONE}@`)\n',
    becomes: '',
    test: { file: REDACT, name: 'has no ' },
  },
  {
    without: 'removing what stands under the name of a secret',
    file: 'cli/diagnose/redact.ts',
    text: 'SECRET_NAME.test(name) && inner !== null',
    becomes: "SECRET_NAME.test('') && inner !== null",
    test: { file: REDACT, name: 'has nothing under a name that says that it is secret' },
  },
  {
    without: 'removing what is known to be secret',
    file: 'cli/diagnose/redact.ts',
    text: 'left = left.replaceAll(secret, GONE)',
    becomes: 'left = left.replaceAll(GONE, GONE)',
    test: { file: REDACT, name: 'has nothing under a name that says that it is secret' },
  },
  {
    without: 'taking the way of a hub that was killed for its own socket',
    file: 'hub/listen/listeners.ts',
    text: 'removeStaleSocket(socket)',
    becomes: '',
    test: { file: 'test/hub/listen/listeners.test.ts', name: 'are made where a hub that was killed left its socket' },
  },
  {
    without: 'keeping the local socket from others',
    file: 'hub/listen/listeners.ts',
    text: 'opened: () => chmodSync(socket, 0o660)',
    becomes: 'opened: () => chmodSync(socket, 0o666)',
    test: { file: 'test/hub/listen/listeners.test.ts', name: 'are made where a hub that was killed left its socket' },
  },
  {
    without: 'telling a central from before its migrations were joined from a newer one',
    file: 'central/migrate-central.ts',
    text: "  if (first < (known.at(-1) ?? ''))\n",
    becomes: '  if (first === null)\n',
    test: {
      file: 'test/remedies/central-connection.test.ts',
      name: 'from before its migrations were joined is made anew',
    },
  },
  {
    without: 'removing the folders of runs of tests that were killed',
    file: 'test/run-folders.ts',
    text: '    if (isOurs) rmSync',
    becomes: '    if (isOurs && parent === folder) rmSync',
    test: {
      file: 'test/shared/run-folders.test.ts',
      name: 'a run of tests removes the folders of those that were killed',
    },
  },
]
