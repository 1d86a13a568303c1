import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { countStage, type Stage, summary } from '../../scripts/lib/count.ts'
import { copyScripts, type StubMachine, stubMachine, writeScript } from './stub-machine.ts'

/** The part of Vitest's JSON report that is counted; `tests` maps full names to a status. */
function report(tests: Record<string, string>, file: { status?: string; message?: string } = {}): string {
  const assertionResults = Object.entries(tests).map(([fullName, status]) => ({ fullName, status }))
  const testResults = [{ name: 'a.test.ts', status: 'passed', message: '', ...file, assertionResults }]
  return JSON.stringify({ numTotalTests: assertionResults.length, testResults })
}

const check = (exitCode: number): Stage => ({ name: 'types', kind: 'check', exitCode })
const tests = (text: string | null, exitCode = 0): Stage => ({ name: 'unit', kind: 'tests', exitCode, report: text })

describe('the count of a test run', () => {
  it('takes a check for one, whatever it found', () => {
    expect(countStage(check(0)).passed).toBe(1)
    expect(countStage(check(2)).failed).toEqual(['types'])
  })

  it('counts tests by their status, and names those that failed or were skipped', () => {
    const text = report({ one: 'passed', two: 'failed', three: 'skipped', four: 'todo' }, { status: 'failed' })
    expect(countStage(tests(text, 1))).toEqual({
      passed: 1,
      failed: ['unit: two'],
      skipped: ['unit: three', 'unit: four'],
    })
  })

  it('says of what failed the first line of why', () => {
    const failed = { fullName: 'two', status: 'failed', failureMessages: ['expected 1 to be 2\n    at line'] }
    const file = { name: 'a.test.ts', status: 'failed', message: '', assertionResults: [failed] }
    expect(countStage(tests(JSON.stringify({ testResults: [file] }), 1)).failed).toEqual([
      'unit: two: expected 1 to be 2',
    ])
  })

  it('takes a file that does not load for one failure', () => {
    const text = report({}, { status: 'failed', message: 'Cannot find module\nat line' })
    expect(countStage(tests(text, 1)).failed).toEqual(['unit: a.test.ts: Cannot find module'])
  })

  it('takes an exit code without a failed test for one failure: an unhandled rejection, a crash at the end', () => {
    expect(countStage(tests(report({ one: 'passed' }), 1))).toMatchObject({
      passed: 1,
      failed: ['unit: ended with code 1'],
    })
  })

  it('takes a missing or torn report for one failure, even with exit code 0', () => {
    expect(countStage(tests(null, 137)).failed).toEqual(['unit: ended with code 137 and no report'])
    expect(countStage(tests('{"testRes', 0)).failed).toHaveLength(1)
  })

  it('takes a stage that cannot run here for one that was skipped, never for one that passed', () => {
    const { lines, ok } = summary([{ name: 'arm64', kind: 'skipped', reason: 'this machine is arm64' }])
    expect(lines).toContain('  arm64: this machine is arm64')
    expect([lines.at(-1), ok]).toEqual(['0 passed, 0 failed, 1 skipped', true])
  })

  it('accepts a stage that has no tests yet', () => {
    expect(countStage(tests(JSON.stringify({ testResults: [] })))).toEqual({ passed: 0, failed: [], skipped: [] })
  })

  it('ends with one line for machines, which mentions skipped tests only when there are any', () => {
    expect(summary([check(0), tests(report({ one: 'passed' }))]).lines.at(-1)).toBe('2 passed, 0 failed')
    const { lines, ok } = summary([check(1), tests(report({ one: 'passed', two: 'skipped' }))])
    expect(lines.at(-1)).toBe('1 passed, 1 failed, 1 skipped')
    expect(lines).toContain('Skipped: 1')
    expect(lines).toContain('  unit: two')
    expect(ok).toBe(false)
  })
})

describe('scripts/test', () => {
  let machine: StubMachine
  let checkout: string
  const lastLine = (out: string) => out.trimEnd().split('\n').at(-1)

  beforeEach(() => {
    machine = stubMachine()
    checkout = copyScripts(machine)
    machine.program('node', `exec ${process.execPath} "$@"`)
    // No arm64, and nothing to emulate one with.
    machine.program('uname', 'echo x86_64')
    writeScript(join(checkout, 'scripts/setup'), 'exit $((SETUP_FAILS))')
    writeScript(join(checkout, 'node_modules/.bin/biome'), 'exit $((BIOME_FAILS))')
    writeScript(join(checkout, 'node_modules/.bin/tsc'), '')
    const vitest = `
while [ $# -gt 0 ]; do
  case "$1" in
    --project) project="\${2%\\*}" ;;
    --outputFile.json=*) file="\${1#*=}" ;;
  esac
  shift
done
echo "$project" >>"$CALLS"
if [ "$project" = "$CRASHES" ]; then kill -9 $$; fi
cp "$HOME/report.json" "$file"`
    writeScript(join(checkout, 'node_modules/.bin/vitest'), vitest)
    writeFileSync(join(machine.home, 'report.json'), report({ one: 'passed', two: 'passed' }))
  })
  afterEach(() => machine.remove())

  const test = (args: string[] = [], env: Record<string, string> = {}) =>
    machine.run(join(checkout, 'scripts/test'), { args, env, cwd: '/' })

  it('runs every stage in order and adds up', () => {
    const { code, out } = test()
    expect(code).toBe(0)
    expect(machine.calls()).toEqual(['unit', 'integration', 'faults', 'end-to-end'])
    expect(lastLine(out)).toBe('10 passed, 0 failed, 1 skipped')
  })

  it('leaves the long stages out with --fast, and runs a single one with --only', () => {
    expect(lastLine(test(['--fast']).out)).toBe('4 passed, 0 failed')
    expect(machine.calls()).toEqual(['unit'])
    expect(lastLine(test(['--only', 'faults']).out)).toBe('2 passed, 0 failed')
    expect(test(['--only', 'nothing']).err).toContain('one of: format types unit integration faults end-to-end')
  })

  it('takes safeguards out instead with --mutations, all of them or those that are named, and counts as ever', () => {
    mkdirSync(join(checkout, 'test/mutations'), { recursive: true })
    const stand = `import { copyFileSync, appendFileSync } from 'node:fs'
appendFileSync(process.env.CALLS ?? '', process.argv.slice(3).join(' ') + '.\\n')
copyFileSync(process.env.HOME + '/report.json', process.argv[2] ?? '')`
    writeFileSync(join(checkout, 'test/mutations/run.ts'), stand)
    expect(lastLine(test(['--mutations']).out)).toBe('2 passed, 0 failed')
    expect(lastLine(test(['--mutations', 'hub/engine']).out)).toBe('2 passed, 0 failed')
    expect(machine.calls()).toEqual(['.', 'hub/engine.'])
  })

  it('goes on after a check that fails and a stage that crashes, and fails at the end', () => {
    const { code, out } = test([], { BIOME_FAILS: '1', CRASHES: 'unit' })
    expect(code).toBe(1)
    expect(machine.calls()).toEqual(['unit', 'integration', 'faults', 'end-to-end'])
    expect(out).toContain('unit: ended with code 137 and no report')
    expect(lastLine(out)).toBe('7 passed, 2 failed, 1 skipped')
  })

  it('does not count the report of an earlier run for a stage that crashes', () => {
    test()
    expect(lastLine(test(['--only', 'unit'], { CRASHES: 'unit' }).out)).toBe('0 passed, 1 failed')
  })

  it('counts a setup that fails as the one failure', () => {
    const { code, out } = test([], { SETUP_FAILS: '1' })
    expect(code).toBe(1)
    expect(lastLine(out)).toBe('0 passed, 1 failed')
  })

  it('is what .ci/run starts', () => {
    mkdirSync(join(checkout, '.ci'))
    writeScript(join(checkout, '.ci/run'), readFileSync(join(import.meta.dirname, '../../.ci/run'), 'utf8'))
    expect(lastLine(machine.run(join(checkout, '.ci/run'), { cwd: '/' }).out)).toBe('10 passed, 0 failed, 1 skipped')
  })
})
