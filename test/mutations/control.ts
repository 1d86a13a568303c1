import type { Mutation } from './mutation.ts'

const COMMANDS = 'test/hub/features/control/commands.test.ts'
const RESTARTS = 'test/hub/features/control/over-restarts.test.ts'
const KEPT = 'test/hub/features/control/kept-commands.test.ts'
const SETTINGS = 'test/hub/features/control/settings.test.ts'
const LOG = 'test/hub/features/control/device-log.test.ts'
const UNDERWAY = 'hub/features/control/underway.ts'

/** What keeps a device from doing something late, twice, or what nobody wanted. */
export const CONTROL: readonly Mutation[] = [
  {
    without: 'keeping lines of a log out of the database',
    file: 'hub/features/control/action-outcome.ts',
    text: 'return command === LOG || value === undefined',
    becomes: 'return value === undefined',
    test: { file: LOG, name: 'stands nowhere in the database' },
  },
  {
    without: 'keeping lines of a log out of the memory of requests',
    file: 'hub/features/control/action-outcome.ts',
    text: 'action.command === LOG ? publishAnswer : answerLater',
    becomes: 'answerLater',
    test: { file: LOG, name: 'stands nowhere in the database' },
  },
  {
    without: 'keeping lines of a log out of the events',
    file: 'hub/features/control/action-outcome.ts',
    text: 'action?.command === LOG ? null : (value ?? null)',
    becomes: 'value ?? null',
    test: { file: LOG, name: 'stands nowhere in the database' },
  },
  {
    without: 'asking no log of a device that is away',
    file: 'hub/features/control/device-log.ts',
    text: 'if (!device.online)',
    becomes: 'if (device.id === "")',
    test: { file: LOG, name: 'cannot be read while the device is away' },
  },
  {
    without: 'leaving nothing of a look on the disk of a device',
    file: 'edge/orders/command-runner.ts',
    text: 'if (this.#handlers.get(command.name)?.isPassing)',
    becomes: 'if (command.id === "")',
    test: { file: 'test/edge/orders/command-runner.test.ts', name: 'leave nothing on the disk' },
  },
  {
    without: 'fitting a log into one message',
    file: 'edge/orders/log-command.ts',
    text: ' || bytes > DEVICE_LOG.bytes',
    becomes: '',
    test: { file: 'test/edge/orders/log-command.test.ts', name: 'fits into one message' },
  },
  {
    without: 'the end of a command that waits for its device',
    file: UNDERWAY,
    text: 'if (left <= 0) return',
    becomes: '',
    test: { file: COMMANDS, name: 'is not told in the second in which its time went by' },
  },
  {
    without: 'distrusting a clock over a restart',
    file: UNDERWAY,
    text: 'const isKnown = clockSynced === true && ',
    becomes: 'const isKnown = ',
    test: { file: RESTARTS, name: 'is over rather than late where the clock' },
  },
  {
    without: 'distrusting a clock that ran backwards',
    file: UNDERWAY,
    text: 'clockSynced === true && now >= row.created_at',
    becomes: 'clockSynced === true',
    test: { file: RESTARTS, name: 'is over rather than late where the clock' },
  },
  {
    without: 'telling again what a connection may have lost',
    file: UNDERWAY,
    text: '    this.#ready.set(device, isAgent)\n    this.#tellAgain.run(device)',
    becomes: '    this.#ready.set(device, isAgent)',
    test: { file: COMMANDS, name: 'is told again, with the same id, after a connection that may have lost it' },
  },
  {
    without: 'waiting until an agent has subscribed',
    file: 'hub/features/control/engine.ts',
    text: 'if (!isAgent(device)) underway.ready',
    becomes: 'underway.ready',
    test: { file: COMMANDS, name: 'is answered at once, held, and told in order' },
  },
  {
    without: 'a bound on the commands of a device',
    file: 'hub/features/control/give-command.ts',
    text: 'if (underway >= COMMANDS.perDevice)',
    becomes: 'if (underway < 0)',
    test: { file: COMMANDS, name: 'is one of a hundred at most' },
  },
  {
    without: 'taking the first answer of a device for its answer',
    file: 'hub/features/control/action-outcome.ts',
    text: 'if (found?.result != null) return',
    becomes: '',
    test: { file: COMMANDS, name: 'may have run when no answer comes' },
  },
  {
    without: 'telling a command that may have run from one that was not',
    file: UNDERWAY,
    text: 'row.executed_at === null ? untold(action) : mayHaveRun(action)',
    becomes: 'untold(action)',
    test: { file: COMMANDS, name: 'may have run when no answer comes' },
  },
  {
    without: 'refusing to tell what does not log in here',
    file: 'hub/features/control/device-to-tell.ts',
    text: 'if (row.logs_in === 0)',
    becomes: 'if (row.name === "")',
    test: { file: 'test/hub/features/control/behind-bridge.test.ts', name: 'of a device that does not log in here' },
  },
  {
    without: 'removing commands that are long over',
    file: 'hub/features/control/feature.ts',
    text: "days: 30, table: 'control_actions'",
    becomes: "days: null, table: 'control_actions'",
    test: { file: KEPT, name: 'goes after thirty days, and not while it is on its way' },
  },
  {
    without: 'keeping commands that are on their way',
    file: 'hub/features/control/feature.ts',
    text: "IN ('completed', 'failed')",
    becomes: "<> ''",
    test: { file: KEPT, name: 'goes after thirty days, and not while it is on its way' },
  },
  {
    without: 'keeping commands that central does not have as they are',
    file: 'hub/features/control/feature.ts',
    text: ', travels: true',
    becomes: '',
    test: { file: KEPT, name: 'stays until central has it as it is by now' },
  },
  {
    without: 'naming the restart that took a command away',
    file: UNDERWAY,
    text: 'isKnown ? notInTime : notKept',
    becomes: 'notInTime',
    test: { file: RESTARTS, name: 'is over rather than late where the clock ' },
  },
  {
    without: 'ending with a code of its own where a command is not known to be done',
    file: 'cli/admin-client.ts',
    text: "if (response.status === 'pending') pending?.()",
    becomes: 'void pending',
    test: { file: 'test/end-to-end/command-line.test.ts', name: 'end with a code of its own' },
  },
  {
    without: 'refusing settings that nobody declared',
    file: 'hub/features/control/configure-device.ts',
    text: 'const params = z.strictObject({',
    becomes: 'const params = z.looseObject({',
    test: { file: SETTINGS, name: 'is none of ' },
  },
  {
    without: 'taking back what a device that was shut out was to have',
    file: 'hub/features/devices/shut-out.ts',
    text: 'clearDesired(context, device)',
    becomes: 'void clearDesired',
    test: { file: SETTINGS, name: 'goes with a device that is shut out' },
  },
  {
    without: 'answering to settings that came while the connection was made',
    file: 'edge/link/link.ts',
    text: 'else this.#unsaid = reported',
    becomes: '',
    test: { file: 'test/edge/link/link.test.ts', name: 'answers to settings that it is told while it connects' },
  },
]
