import type { Mutation } from './mutation.ts'

const RAISING = 'test/hub/features/alerts/raising.test.ts'
const TELLING = 'test/hub/features/alerts/telling.test.ts'
const COMMANDS = 'test/hub/features/alerts/commands.test.ts'

/** Who is told that something is wrong, when, and how often. */
export const ALERTING: readonly Mutation[] = [
  {
    without: 'waiting until a device has been away for as long as its rule says',
    file: 'hub/features/alerts/rule-judge.ts',
    text: '!isOpen && beyond && lasts >= rule.for_s * 1_000',
    becomes: '!isOpen && beyond',
    test: { file: RAISING, name: 'is not told after a start of the hub for those that come back' },
  },
  {
    without: 'staying as it is between two thresholds',
    file: 'hub/features/alerts/hysteresis.ts',
    text: 'return was && sign * value > sign * end',
    becomes: 'return false',
    test: { file: RAISING, name: 'raises above the one value and ends at the other' },
  },
  {
    without: 'looking at what came between two looks',
    file: 'hub/features/alerts/rule-judge.ts',
    text: 'const peaked = rule.for_s === 0',
    becomes: 'const peaked = rule.for_s === -1',
    test: { file: RAISING, name: 'is met by a moment between two looks' },
  },
  {
    without: 'leaving out values that no such sensor measures',
    file: 'hub/features/alerts/heard-entities.ts',
    text: "typeof value !== 'number' || !isGood",
    becomes: "typeof value !== 'number'",
    test: { file: RAISING, name: 'is not met by what is late' },
  },
  {
    without: 'counting silence on the monotonic clock',
    file: 'hub/features/alerts/entity-looks.ts',
    text: 'mono - known.heardAt : null',
    becomes: 'Date.UTC(2030, 0, 1) : null',
    test: { file: RAISING, name: 'is not raised by a clock that jumps a year ahead' },
  },
  {
    without: 'ending what is not watched any more',
    file: 'hub/features/alerts/rule-judge.ts',
    text: 'if (!seen.has(alert.subject)) this.#absent(context, rule, alert)',
    becomes: 'if (seen.has(alert.subject)) this.#absent(context, rule, alert)',
    test: { file: RAISING, name: 'is over when it is shut out' },
  },
  {
    without: 'gathering what comes within seconds',
    file: 'hub/features/alerts/telling.ts',
    text: 'const GATHER_MS = 10_000',
    becomes: 'const GATHER_MS = 0',
    test: { file: TELLING, name: 'is one message where a power cut takes forty devices' },
  },
  {
    without: 'one message at a time to a target',
    file: 'hub/features/alerts/telling.ts',
    text: 'if ([...known.values()].some(({ sending }) => sending !== null)) continue',
    becomes: '',
    test: { file: TELLING, name: 'is told together what it missed' },
  },
  {
    without: 'telling the end only to whoever was told',
    file: 'hub/features/alerts/due-tellings.ts',
    text: "return isUnheard ? null : 'ended'",
    becomes: "return told === 'ended' ? null : 'ended'",
    test: { file: TELLING, name: 'that it is over is told to whoever was told' },
  },
  {
    without: 'stopping at an acknowledgement',
    file: 'hub/features/alerts/due-tellings.ts',
    text: 'alert.acknowledged_at !== null || isSnoozed',
    becomes: 'isSnoozed',
    test: { file: TELLING, name: 'goes on to the next target where nobody acknowledges' },
  },
  {
    without: 'counting how long an alert was open before the hub started',
    file: 'hub/features/alerts/telling.ts',
    text: 'const elapsedMs = Math.max(0, context.now - raised_at)',
    becomes: 'const elapsedMs = raised_at * 0',
    test: { file: TELLING, name: 'goes on in time over a start of the hub' },
  },
  {
    without: 'telling once what comes and goes',
    file: 'hub/features/alerts/raising.ts',
    text: 'lately.length >= FLAPPING.times',
    becomes: 'lately.length >= 1_000',
    test: { file: TELLING, name: 'that comes and goes is told once as that' },
  },
  {
    without: 'waiting until it has been over for a while',
    file: 'hub/features/alerts/rule-judge.ts',
    text: 'lasts >= (kind?.clearS ?? 0) * 1_000',
    becomes: 'lasts >= 0',
    test: { file: RAISING, name: 'is over only once it has been for a while' },
  },
  {
    without: 'quiet hours',
    file: 'hub/features/alerts/due-tellings.ts',
    text: "if (isQuiet && alert.severity !== 'critical') return null",
    becomes: '',
    test: { file: TELLING, name: 'hold back what is told when they end' },
  },
  {
    without: 'letting through the night what is critical',
    file: 'hub/features/alerts/due-tellings.ts',
    text: "isQuiet && alert.severity !== 'critical'",
    becomes: 'isQuiet',
    test: { file: TELLING, name: 'hold back nothing that is critical' },
  },
  {
    without: 'telling nobody again what was given up',
    file: 'hub/features/alerts/message-job.ts',
    text: 'SET told = coalesce(sending, told), told_at',
    becomes: 'SET told = CASE WHEN :isGivenUp THEN NULL ELSE sending END, told_at',
    test: { file: TELLING, name: 'is given up after a bounded number of tries' },
  },
  {
    without: 'looking at a start for messages whose job is gone',
    file: 'hub/features/alerts/rounds.ts',
    text: 'this.#telling.resume(context)',
    becomes: 'void context',
    test: { file: TELLING, name: 'with a message whose job is not in the copy' },
  },
  {
    without: 'asking hub.toml who is there to be told',
    file: 'hub/features/alerts/rule-params.ts',
    text: 'if (keys.includes(key)) return',
    becomes: 'if (key !== "") return',
    test: { file: COMMANDS, name: 'is refused, and its remedy works' },
  },
  {
    without: 'remembering which rules a house had',
    file: 'hub/features/alerts/seeded-rules.ts',
    text: '!had.has(id)',
    becomes: 'id !== ""',
    test: { file: COMMANDS, name: 'are there from the start, and one that was removed does not come back' },
  },
]
