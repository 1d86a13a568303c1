import type { Mutation } from './mutation.ts'

const FRONT = 'test/hub/composition/open-front-parts.test.ts'
const SECTIONS = 'test/hub/feature-sections.test.ts'
const CLASSES = 'test/hub/features/retention/declared-classes.test.ts'

/** What features declare, and what keeps one of them from harming the others. */
export const DECLARED: readonly Mutation[] = [
  {
    without: 'starting when the front part of a feature cannot be loaded',
    file: 'hub/composition/open-front-parts.ts',
    text: 'return { feature, open: asError(error) }',
    becomes: 'throw error',
    test: { file: FRONT, name: 'are opened also when one cannot be loaded and one throws' },
  },
  {
    without: 'starting when the front part of a feature throws',
    file: 'hub/composition/open-front-parts.ts',
    text: 'notOpened(feature, asError(error), front)',
    becomes: 'throw error',
    test: { file: FRONT, name: 'are opened also when one cannot be loaded and one throws' },
  },
  {
    without: 'refusing a problem of the health that is declared twice',
    file: 'hub/features/declared-problems.ts',
    text: 'declared.has(code) || errors.has(code)',
    becomes: 'code === ""',
    test: { file: 'test/hub/health/declared-problems.test.ts', name: 'are declared once, and are no code of an error' },
  },
  {
    without: 'saying what a feature says to do about its problem',
    file: 'hub/health/hub-health.ts',
    text: 'this.#declared.get(code) ?? hintFor(code as ErrorCode)',
    becomes: "hintFor((this.#declared.has(code) ? 'internal' : code) as ErrorCode)",
    test: { file: 'test/hub/health/declared-problems.test.ts', name: 'are in the health with their remedy' },
  },
  {
    without: 'parsing a section of a feature once',
    file: 'hub/contract/settings-section.ts',
    text: 'settings[name] === undefined ? schema.parse({}) : (settings[name] as z.infer<S>)',
    becomes: 'schema.parse(settings[name] ?? {})',
    test: { file: SECTIONS, name: 'is parsed once' },
  },
  {
    without: 'refusing a section with a name that is taken',
    file: 'hub/feature-sections.ts',
    text: 'if (taken.has(name))',
    becomes: "if (name === '')",
    test: { file: SECTIONS, name: 'may not have the name of a key of the hub' },
  },
  {
    without: 'removing what a feature keeps no longer',
    file: 'hub/features/retention/removable.ts',
    text: ', ...this.#ofFeatures(cut)]',
    becomes: ']',
    test: { file: CLASSES, name: 'goes once it is older than its class is kept' },
  },
  {
    without: 'keeping what failed in a copy until a person decides',
    file: 'hub/features/jobs/feature.ts',
    text: ' AND kept_until IS NOT NULL',
    becomes: '',
    test: { file: CLASSES, name: 'stays where nobody knows what was done since a copy was made' },
  },
  {
    without: 'refusing a type of event that is declared twice',
    file: 'hub/features/declared-events.ts',
    text: 'declared.has(type) || EVENT_TYPES.has(type)',
    becomes: 'type === ""',
    test: { file: 'test/hub/features/events.test.ts', name: 'are declared once, beside those that both ends know of' },
  },
  {
    without: 'forgetting the level of a turn that a revoked device had begun',
    file: 'hub/voice/turn-recorder.ts',
    text: 'if (closed.level && !this.#revoked.has(device)) {',
    becomes: 'if (closed.level) {',
    test: { file: 'test/hub/voice/takers.test.ts', name: 'is forgotten with a device that is revoked' },
  },
  {
    without: 'asking whether there is a time service already',
    file: 'edge/doctor/machine-checks.ts',
    text: '(await followsNetwork(machine))',
    becomes: 'false',
    test: {
      file: 'test/remedies/doctor.test.ts',
      name: 'and whose clock is to follow the network, but nobody answers',
    },
  },
  {
    without: 'asking the heartbeat for pins',
    file: 'edge/doctor/machine-checks.ts',
    text: "gpio?.backend === 'none'",
    becomes: 'false',
    test: { file: 'test/remedies/gpio.test.ts', name: 'reads it from the doctor also where only relays need pins' },
  },
]
