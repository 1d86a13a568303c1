import type { Mutation } from './mutation.ts'

const SAFE = 'test/edge/outputs/safe-state.test.ts'
const OUTPUT = 'edge/outputs/safe-output.ts'

/** What keeps a relay from being on when it must not. */
export const OUTPUTS: readonly Mutation[] = [
  {
    without: 'taking an output at its safe level',
    file: 'edge/outputs/output-driver.ts',
    text: 'rest: safe === 1',
    becomes: 'rest: false',
    test: { file: SAFE, name: 'is taken at stop, also where it is on, and nothing is switched afterwards' },
  },
  {
    without: 'the safe state at stop',
    file: OUTPUT,
    text: '      await this.#makeSafe()\n      await this.#driver.close()',
    becomes: '',
    test: { file: SAFE, name: 'is taken at stop, also where it is on, and nothing is switched afterwards' },
  },
  {
    without: 'the safe state after the loss of the hub',
    file: OUTPUT,
    text: "() => this.#becomeSafe('hub_loss')",
    becomes: '() => {}',
    test: { file: SAFE, name: 'is taken after the loss of the hub, counted once' },
  },
  {
    without: 'counting the loss of the hub from its beginning',
    file: OUTPUT,
    text: 'if (this.#hubLostAt !== null) return\n',
    becomes: '\n',
    test: { file: SAFE, name: 'is taken after the loss of the hub, counted once' },
  },
  {
    without: 'a bound to the time that an output is on, whatever is asked again',
    file: OUTPUT,
    text: 'if (counts && this.#onSince !== null) return',
    becomes: '',
    test: { file: SAFE, name: 'is taken when it was on for its longest time, however often' },
  },
  {
    without: 'looking at the time again before something is switched',
    file: OUTPUT,
    text: 'if (clock.mono() > deadline) throw',
    becomes: 'if (clock.mono() < 0) throw',
    test: { file: SAFE, name: 'does not change any more when its command has expired' },
  },
  {
    without: 'the ten seconds of a command to switch',
    file: 'edge/orders/switch-command.ts',
    text: 'expiresMs: EXPIRES_MS,',
    becomes: '',
    test: {
      file: 'test/edge/outputs/switch-command.test.ts',
      name: 'expires ten seconds after it came unless it says',
    },
  },
  {
    without: 'looking whether a command ran before',
    file: 'edge/orders/command-runner.ts',
    text: 'if (before !== null) {',
    becomes: 'if (before !== null && before.id === null) {',
    test: { file: 'test/edge/outputs/switch-command.test.ts', name: 'runs once, however often it comes' },
  },
  {
    without: 'a bound to what a driver may take',
    file: 'edge/outputs/bounded-driver.ts',
    text: 'await this.#bounded(driver.set(level), () => driver.close())',
    becomes: 'await driver.set(level)',
    test: { file: 'test/edge/outputs/bounded-driver.test.ts', name: 'is given up after five seconds' },
  },
  {
    without: 'a bound to the opening of a driver',
    file: 'edge/outputs/bounded-driver.ts',
    text: 'await this.#bounded(this.#options.open(), (driver) => driver.close())',
    becomes: 'await this.#options.open()',
    test: { file: 'test/edge/outputs/broken-outputs.test.ts', name: 'an output that hangs at the start holds it up' },
  },
  {
    without: 'trying a broken output again',
    file: OUTPUT,
    text: 'void this.secure())',
    becomes: 'undefined)',
    test: { file: 'test/edge/outputs/broken-outputs.test.ts', name: 'is tried again with growing patience' },
  },
  {
    without: "leaving out an output whose pin is another part's",
    file: 'edge/config/configure-outputs.ts',
    text: 'refuseSharedPin(plan, owners)',
    becomes: '',
    test: { file: 'test/edge/outputs/config.test.ts', name: 'of %s is that of no output' },
  },
  {
    without: 'the end of gpioset with the agent',
    file: 'edge/gpio/gpiod-output.ts',
    text: '[...WITH_THE_AGENT, ...command]',
    becomes: 'command',
    test: {
      file: 'test/edge/outputs/killed-agent.test.ts',
      name: 'a killed agent leaves nothing that holds its relay on',
    },
  },
  {
    without: 'the safe state before all else',
    file: 'edge/agent.ts',
    text: 'await this.#outputs.secure()',
    becomes: 'void this.#looked',
    test: { file: 'test/edge/outputs/killed-agent.test.ts', name: 'an agent takes the safe state before it opens' },
  },
  {
    without: 'the remedy of an output that fails beside its reason',
    file: 'edge/parts/missing.ts',
    text: 'fault instanceof LaresError ? fault.hint : undefined',
    becomes: 'undefined',
    test: { file: 'test/remedies/outputs.test.ts', name: 'that a running agent cannot drive reads its remedy' },
  },
  {
    without: 'the function of each pin in the overlay that is told',
    file: 'edge/outputs/pwm-chip.ts',
    text: 'pin < 18 ? 4 : 2',
    becomes: '4',
    test: { file: 'test/remedies/outputs.test.ts', name: 'that a running agent cannot drive reads its remedy' },
  },
  {
    without: 'stopping outputs before all else',
    file: 'edge/agent.ts',
    text: "      ['outputs', outputs],",
    becomes: '',
    test: { file: 'test/edge/outputs/agent-outputs.test.ts', name: 'makes them safe before it stops anything else' },
  },
]
