import type { Mutation } from './mutation.ts'

/** The parts of a report of Vitest's JSON reporter that are looked at. */
export interface Report {
  testResults: {
    /** Absolute path of the test file. */
    name: string
    message: string
    assertionResults: { fullName: string; status: string; failureMessages?: string[] | null }[]
  }[]
}

/** A program that cannot even run proves nothing about its safeguard. */
const BROKEN = /^(?:SyntaxError|ReferenceError)\b|Cannot find (?:module|package)|Failed to (?:load|resolve)/
/** Nor does a test that only waits until it is stopped, unless that is what the safeguard is against. */
const TIMED_OUT = /\b(?:Test|Hook) timed out in \d+ms/

/** What a run of the named test says: that it passed, that it failed as a test does, or why it says nothing. */
export type Outcome = { passed: true } | { passed: false; message: string } | { broken: string }

/** Looks up the test of a mutation in the report of a run. */
export function outcome({ test, endless }: Mutation, report: Report): Outcome {
  const file = report.testResults.find(({ name }) => name.endsWith(`/${test.file}`))
  if (!file) return { broken: `${test.file} was not run` }
  const ran = file.assertionResults.filter(
    ({ fullName, status }) => fullName.includes(test.name) && status !== 'skipped',
  )
  const failed = ran.filter(({ status }) => status === 'failed')
  const messages = failed.flatMap(({ failureMessages }) => failureMessages ?? [])
  const broken = messages.find((message) => BROKEN.test(message) || (!endless && TIMED_OUT.test(message)))
  if (broken !== undefined) return { broken: firstLine(broken) }
  if (failed.length > 0) return { passed: false, message: firstLine(messages[0] ?? '') }
  if (ran.some(({ status }) => status === 'passed') && file.message === '') return { passed: true }
  return { broken: firstLine(file.message) || `${test.file} has no test "${test.name}" that runs here` }
}

/** Why a mutation is not caught, from the outcomes of its test with and without the safeguard; `null` when it is. */
export function objection(intact: Outcome, without: Outcome): string | null {
  if ('broken' in intact) return `its test does not run: ${intact.broken}`
  if (!intact.passed) return `its test fails with the safeguard in place: ${intact.message}`
  if ('broken' in without) return `the program is broken, not unguarded: ${without.broken}`
  return without.passed ? 'its test passes all the same' : null
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}
