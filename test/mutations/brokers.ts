import type { Mutation } from './mutation.ts'

const KILLED = 'test/faults/makers-killed.test.ts'
const TWO_PEOPLE = 'test/hub/features/makers/two-people.test.ts'
const PROBLEMS = 'test/hub/features/makers/source-problems.test.ts'
const METRICS = 'test/hub/features/makers/maker-metrics.test.ts'
const SECURED = 'test/hub/makers/secured-broker.test.ts'
const SOCKET = 'test/hub/makers/broker-socket.test.ts'
const SETTINGS = 'test/hub/features/makers/broker-settings.test.ts'
const TOLD = 'test/hub/front/told-problems.test.ts'

/** Brokers of somebody else: who they are, when they are away, and what is done to their devices. */
export const BROKERS: readonly Mutation[] = [
  {
    without: 'five minutes before a broker is somebody’s trouble',
    file: 'hub/features/makers/source-problems.ts',
    text: 'if (isOver(PASSING_MS, seen, context.now))',
    becomes: 'if (seen <= context.now)',
    test: { file: PROBLEMS, name: 'is nobody’s trouble for five minutes' },
  },
  {
    without: 'an end of the trouble with what was switched off on purpose',
    file: 'hub/features/makers/source-problems.ts',
    text: 'devices > 0 && !isOver(ON_PURPOSE_MS, first.since, now)',
    becomes: 'devices > 0',
    test: { file: PROBLEMS, name: 'for a week was switched off on purpose' },
  },
  {
    without: 'taking back what was told before a transaction was forgotten',
    file: 'hub/features/makers/source-problems.ts',
    text: "this.#told.set(name, '')",
    becomes: 'this.#told.delete(name)',
    test: { file: PROBLEMS, name: 'is told where it was there, by its name, until it is back or removed' },
  },
  {
    without: 'taking back what the engine before told of a broker',
    file: 'hub/features/makers/engine.ts',
    text: '      problems.begin(context)\n',
    becomes: '',
    test: { file: PROBLEMS, name: 'is not told when the hub has just begun' },
  },
  {
    without: 'forgetting the numbers of sources that are no more',
    file: 'hub/features/makers/maker-metrics.ts',
    text: 'if (!named.has(source)) this.#counts.delete(source)',
    becomes: 'if (!named.has(source)) this.#counts.get(source)',
    test: { file: METRICS, name: 'have no line of a source that is no more' },
  },
  {
    without: 'comparing the key of a broker with its pin',
    file: 'hub/makers/broker-socket.ts',
    text: 'return shown === pin ? null :',
    becomes: 'return shown !== null ? null :',
    test: { file: SECURED, name: 'gets no user and no password' },
  },
  {
    without: 'asking whether the certificate of a broker is known',
    file: 'hub/makers/broker-socket.ts',
    text: 'return socket.authorized ? null :',
    becomes: 'return socket.encrypted ? null :',
    test: { file: SECURED, name: 'gets no user and no password' },
  },
  {
    without: 'knowing who a broker is before it is sent anything',
    file: 'hub/makers/broker-socket.ts',
    text: 'const stranger = isSecure ?',
    becomes: 'const stranger = place.url === "" ?',
    test: { file: SECURED, name: 'gets no user and no password' },
  },
  {
    without: 'an end of the wait for a broker that says nothing',
    file: 'hub/makers/broker-socket.ts',
    text: 'clock.after(CONNECT_MS, () =>',
    becomes: 'clock.after(CONNECT_MS * 9, () =>',
    test: { file: SOCKET, name: 'is given up after ten seconds' },
  },
  {
    without: 'one transaction for all that accepting a device writes',
    file: 'hub/features/makers/accept-maker.ts',
    text: '  acceptElsewhere(rows, row, { device, house })\n',
    becomes:
      "  acceptElsewhere(rows, row, { device, house })\n  for (const end of ['COMMIT', 'BEGIN IMMEDIATE', 'SAVEPOINT input']) db.exec(end)\n",
    test: { file: KILLED, name: 'at any moment is as before or as after' },
  },
  {
    without: 'freeing what was revoked in the transaction that revoked it',
    file: 'hub/features/makers/engine.ts',
    text: '    freeRemoved(context)\n',
    becomes: '    if (rows.unregistered().length > 0) freeRemoved(context)\n',
    test: { file: KILLED, name: 'at any moment is as before or as after' },
  },
  {
    without: 'revoking once',
    file: 'hub/features/devices/commands.ts',
    text: 'if (revoked_at !== null) return { device }',
    becomes: 'if (revoked_at === 0) return { device }',
    test: { file: TWO_PEOPLE, name: 'and take it out both: it is out, and that is told once' },
  },
  {
    without: 'refusing a certificate that is looked at by nobody',
    file: 'hub/contract/broker-entry.ts',
    text: "({ url, ca, pin }) => url.startsWith('mqtts:') ||",
    becomes: "({ url, ca, pin }) => url.startsWith('mqtt') ||",
    test: { file: SETTINGS, name: 'is not thought to be safe where it speaks no TLS' },
  },
  {
    without: 'the weight of a problem that the engine tells',
    file: 'hub/front/effects.ts',
    text: 'this.#health.raise(name, code, message, { hint, weight })',
    becomes: 'this.#health.raise(name, code, message, weight ? { hint } : {})',
    test: { file: TOLD, name: 'weighs what it says, or wants somebody to look' },
  },
]
