import { describe, expect, it } from 'vitest'
import { type Mutation, mutated } from './mutation.ts'
import { objection, outcome, type Report } from './verdict.ts'

const DOOR: Mutation = {
  without: 'a lock',
  file: 'hub/door.ts',
  text: 'if (locked) return',
  becomes: '',
  test: { file: 'test/hub/door.test.ts', name: 'stays shut' },
}

const PASSED = { fullName: 'a door stays shut', status: 'passed' }
const SKIPPED = { fullName: 'a door opens', status: 'skipped' }
const failed = (message: string) => ({ ...PASSED, status: 'failed', failureMessages: [`${message}\n    at line`] })

function report(...assertionResults: Report['testResults'][number]['assertionResults']): Report {
  return { testResults: [{ name: '/copy/test/hub/door.test.ts', message: '', assertionResults }] }
}

const judged = (intact: Report, without: Report) => objection(outcome(DOOR, intact), outcome(DOOR, without))

describe('taking a safeguard out', () => {
  it('replaces a text that is there exactly once, and nothing else', () => {
    expect(mutated('a; if (locked) return; b', DOOR)).toBe('a; ; b')
    // A replacement is no pattern: `$&` stands for itself.
    expect(mutated('if (locked) return', { ...DOOR, becomes: '$&' })).toBe('$&')
    expect(() => mutated('', DOOR)).toThrow('hub/door.ts has no "if (locked) return"')
    expect(() => mutated('if (locked) return; if (locked) return', DOOR)).toThrow('2 times')
  })
})

describe('a safeguard is guarded', () => {
  it('when its test passes with it and fails without it', () => {
    expect(judged(report(PASSED, SKIPPED), report(failed('AssertionError: expected 1 to be 2')))).toBeNull()
  })

  it('not when its test passes without it', () => {
    expect(judged(report(PASSED), report(PASSED))).toBe('its test passes all the same')
  })

  it('not by another test of its file, nor by one of another file', () => {
    const other = { ...failed('AssertionError: 1'), fullName: 'a door opens' }
    expect(judged(report(PASSED), report(PASSED, other))).toBe('its test passes all the same')
    const elsewhere = {
      testResults: [{ name: '/copy/test/hub/window.test.ts', message: '', assertionResults: [PASSED] }],
    }
    expect(judged(elsewhere, elsewhere)).toBe('its test does not run: test/hub/door.test.ts was not run')
  })

  it('not by a test that fails anyway, or is skipped anyway', () => {
    const fails = report(failed('AssertionError: expected 1 to be 2'))
    expect(judged(fails, fails)).toMatch(/^its test fails with the safeguard in place: AssertionError/)
    const skipped = report({ ...PASSED, status: 'skipped' })
    expect(judged(skipped, skipped)).toMatch(/^its test does not run/)
  })

  it.each([
    'SyntaxError: Unexpected token',
    'ReferenceError: locked is not defined',
    "Error: Cannot find module './lock.ts'",
    'Error: Test timed out in 20000ms.',
  ])('not by a program that is broken: %s', (message) => {
    expect(judged(report(PASSED), report(failed(message)))).toBe(`the program is broken, not unguarded: ${message}`)
  })

  it('by a test that waits for ever only where that is what the safeguard is against', () => {
    const waits = report(failed('Error: Test timed out in 20000ms.'))
    const endless: Mutation = { ...DOOR, endless: true }
    expect(objection(outcome(endless, report(PASSED)), outcome(endless, waits))).toBeNull()
  })

  it('not by a test file that does not load any more', () => {
    const broken: Report = {
      testResults: [{ name: '/copy/test/hub/door.test.ts', message: 'Unexpected token', assertionResults: [] }],
    }
    expect(judged(report(PASSED), broken)).toBe('the program is broken, not unguarded: Unexpected token')
  })
})
