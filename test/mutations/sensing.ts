import type { Mutation } from './mutation.ts'

const SAMPLER = 'test/edge/sensors/sampler.test.ts'
const TROUBLE = 'test/edge/sensors/sampler-trouble.test.ts'
const KERNEL = 'test/edge/health/kernel-files.test.ts'
const CLAIMS = 'test/edge/gpio/claims.test.ts'
const MACHINE = 'test/edge/health/machine.test.ts'

/** Sensors, pins and programs: one that fails, hangs or lies costs itself and nothing else. */
export const SENSING: readonly Mutation[] = [
  {
    without: 'a time after which a sensor that hangs is abandoned',
    file: 'edge/sensors/sampled-source.ts',
    text: 'await Promise.race([answer, late.promise])',
    becomes: 'await answer',
    test: { file: TROUBLE, name: 'that hangs is abandoned, never asked a second time meanwhile' },
  },
  {
    without: 'asking a source once at a time',
    file: 'edge/sensors/sampled-source.ts',
    text: "if (this.#reading) throw new LaresError('device_busy', `${source.name} still hangs`, { hint: HANGS })",
    becomes: '',
    test: { file: TROUBLE, name: 'that hangs is abandoned, never asked a second time meanwhile' },
  },
  {
    without: 'throwing away what a read says that was abandoned',
    file: 'edge/sensors/sampled-source.ts',
    text: 'if (reading.signal.aborted || this.#reading !== reading) return',
    becomes: '',
    test: { file: TROUBLE, name: 'that hangs is abandoned, never asked a second time meanwhile' },
  },
  {
    without: 'containing whoever takes the values',
    file: 'edge/sensors/sampled-source.ts',
    text: 'this.#context = guarded(context)',
    becomes: 'this.#context = context',
    test: { file: TROUBLE, name: 'goes on when the one who takes its values throws' },
  },
  {
    without: 'an alarm state for each sensor of a source',
    file: 'edge/sensors/sampled-source.ts',
    text: 'let reporter = this.#sensorTroubles.get(sensor)',
    becomes: 'let reporter = this.#sensorTroubles.get(sensor) ?? [...this.#sensorTroubles.values()][0]',
    test: { file: TROUBLE, name: 'names the second sensor that fails while the first one still does' },
  },
  {
    without: 'patience with a source that fails',
    file: 'edge/sensors/sampled-source.ts',
    text: 'delay = this.#backoff.next()',
    becomes: 'delay = 1_000',
    test: { file: TROUBLE, name: 'is asked again ever more rarely, and on its beat once it works' },
  },
  {
    without: 'measuring the deadband from the value that was sent',
    file: 'edge/sensors/change-filter.ts',
    text: '- 1e-9) return false',
    becomes: '- 1e-9) {\n        last.value = value\n        return false\n      }',
    test: { file: SAMPLER, name: 'measures the deadband from the last value sent, so that a slow drift passes' },
  },
  {
    without: 'sending an unchanged value after a silence',
    file: 'edge/sensors/change-filter.ts',
    text: 'mono - last.mono < maxSilenceMs',
    becomes: 'mono - last.mono < maxSilenceMs * 1_000',
    test: { file: SAMPLER, name: 'does not send an unchanged value until it was silent for too long' },
  },
  {
    without: 'refusing a sensor key that two sources announce',
    file: 'edge/sensors/sampler.ts',
    text: '      if (owner !== undefined)\n',
    becomes: "      if (owner === '')\n",
    test: { file: SAMPLER, name: 'may not be announced by two sources' },
  },
  {
    without: 'a bound on the threads that files of the kernel hold',
    endless: true,
    file: 'edge/health/kernel-files.ts',
    text: 'if (byThread === null || this.#threadIsGone) return null',
    becomes: 'if (byThread === null) return null',
    test: { file: KERNEL, name: 'hold one thread at most, however many of them hang' },
  },
  {
    without: 'a time for a program that reads such a file',
    file: 'edge/health/kernel-files.ts',
    text: 'const cancel = this.#options.clock.after(PROGRAM_MS, () => given.reject(this.#hangs(path)))',
    becomes: 'const cancel = () => {}',
    test: { file: KERNEL, name: 'hold one thread at most, however many of them hang' },
  },
  {
    without: 'refusing a file at once whose program not even SIGKILL ends',
    endless: true,
    file: 'edge/health/kernel-files.ts',
    text: 'if (this.#stuck.has(path)) throw this.#hangs(path)',
    becomes: '',
    test: { file: KERNEL, name: 'that not even SIGKILL frees are refused at once' },
  },
  {
    without: 'the process group of a program',
    file: 'edge/health/child-program.ts',
    text: 'process.kill(-child.pid, signal)',
    becomes: 'process.kill(child.pid, signal)',
    test: { file: MACHINE, name: 'ends a program and everything it started when its time is over' },
  },
  {
    without: 'waiting no longer for output that a program left behind keeps open',
    file: 'edge/health/child-program.ts',
    text: "      signalGroup('SIGKILL')\n      clock.after(GRACE_MS, () => {",
    becomes: '      clock.after(GRACE_MS * 1_000, () => {',
    test: { file: MACHINE, name: 'does not wait for a program left behind that keeps the output open' },
  },
  {
    without: 'running a command without a shell',
    file: 'edge/health/child-program.ts',
    text: "detached: true, stdio: ['ignore', 'pipe', 'pipe'] }",
    becomes: "detached: true, shell: true, stdio: ['ignore', 'pipe', 'pipe'] }",
    test: { file: MACHINE, name: 'hands arguments over as they are: no shell looks at them' },
  },
  {
    without: 'holding its breath while a contact bounces',
    file: 'edge/gpio/debounce.ts',
    text: 'if (!found && debounceMs > 0) settling = clock.after(debounceMs, settle)',
    becomes: 'void [found, settle]',
    test: { file: 'test/edge/gpio/debounce.test.ts', name: 'tells a bouncing press once, at its first edge' },
  },
  {
    without: 'refusing a pin that is used twice',
    file: 'edge/gpio/claims.ts',
    text: 'if (this.#taken.has(pin))',
    becomes: 'if (pin < 0)',
    test: { file: CLAIMS, name: 'is refused to a second part, until the first has let it go' },
  },
  {
    without: 'freeing a pin once it was let go',
    file: 'edge/gpio/claims.ts',
    text: '        this.#taken.delete(pin)\n      })',
    becomes: '      })',
    test: { file: CLAIMS, name: 'is refused to a second part, until the first has let it go' },
  },
  {
    without: 'letting go of every pin at the end',
    file: 'edge/gpio/claims.ts',
    text: 'await Promise.allSettled([...this.#taken.values()].map((release) => release()))',
    becomes: '',
    test: { file: CLAIMS, name: 'is let go at the end, whatever another one does then' },
  },
]
