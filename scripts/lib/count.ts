import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One stage of scripts/test as it ended. */
export type Stage = { name: string } & (
  | { /** It counts as one. */ kind: 'check'; exitCode: number }
  | {
      /** They are counted from the report. */
      kind: 'tests'
      exitCode: number
      /** Text of the report of Vitest's JSON reporter; null when the stage ended without writing one. */
      report: string | null
    }
  | { /** This machine cannot run it: it counts as one that was skipped. */ kind: 'skipped'; reason: string }
)

export interface Count {
  passed: number
  /** Names of what failed. */
  failed: string[]
  /** Names of what was skipped or is still to be written. */
  skipped: string[]
}

interface VitestReport {
  testResults: {
    name: string
    status: string
    message: string
    assertionResults: { fullName: string; status: string; failureMessages?: string[] }[]
  }[]
}

/**
 * Counts one stage. A file that does not load counts as one failure, and so does a stage that ended badly
 * without a failed test to show for it: a crash, an unhandled rejection, a report that is missing or torn.
 */
export function countStage(stage: Stage): Count {
  const count: Count = { passed: 0, failed: [], skipped: [] }
  if (stage.kind === 'skipped') {
    count.skipped.push(`${stage.name}: ${stage.reason}`)
    return count
  }
  if (stage.kind === 'check') {
    if (stage.exitCode === 0) count.passed = 1
    else count.failed.push(stage.name)
    return count
  }
  const report = parseReport(stage.report)
  for (const file of report?.testResults ?? []) {
    const failedBefore = count.failed.length
    for (const test of file.assertionResults) {
      if (test.status === 'passed') count.passed += 1
      else if (test.status === 'failed')
        count.failed.push(`${stage.name}: ${test.fullName}${because(test.failureMessages)}`)
      else count.skipped.push(`${stage.name}: ${test.fullName}`)
    }
    if (file.status === 'failed' && count.failed.length === failedBefore) {
      count.failed.push(`${stage.name}: ${file.name}: ${file.message.split('\n')[0] ?? ''}`)
    }
  }
  if (count.failed.length === 0 && (stage.exitCode !== 0 || report === null)) {
    count.failed.push(`${stage.name}: ended with code ${stage.exitCode}${report === null ? ' and no report' : ''}`)
  }
  return count
}

/** The first words of what went wrong: a log that is shortened keeps its end. */
function because(messages: readonly string[] = []): string {
  const [first = ''] = messages.join('\n').split('\n')
  return first === '' ? '' : `: ${first}`
}

function parseReport(text: string | null): VitestReport | null {
  if (text === null) return null
  try {
    return JSON.parse(text) as VitestReport
  } catch {
    // Vitest was killed while it wrote: the stage counts as crashed.
    return null
  }
}

/** The lines that end a test run; the very last one is for machines: `N passed, N failed[, N skipped]`. */
export function summary(stages: readonly Stage[]): { lines: string[]; ok: boolean } {
  const counts = stages.map((stage) => ({ stage, count: countStage(stage) }))
  const lines = counts.map(({ stage, count }) => `  ${stage.name.padEnd(11)} ${inWords(count)}`)
  const skipped = counts.flatMap(({ count }) => count.skipped)
  const failed = counts.flatMap(({ count }) => count.failed)
  if (skipped.length > 0) lines.push(`Skipped: ${skipped.length}`, ...skipped.map((name) => `  ${name}`))
  if (failed.length > 0) lines.push(`Failed: ${failed.length}`, ...failed.map((name) => `  ${name}`))
  const passed = counts.reduce((sum, { count }) => sum + count.passed, 0)
  lines.push(inWords({ passed, failed, skipped }))
  return { lines, ok: failed.length === 0 }
}

function inWords({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`
}

/**
 * Reads what scripts/test left in a folder: `stages` with a line for each stage, of its name, its kind and its exit code
 * or why it was skipped, and `<name>.json` reports.
 */
export function readStages(folder: string): Stage[] {
  const lines = readFileSync(join(folder, 'stages'), 'utf8').split('\n').filter(Boolean)
  return lines.map((line) => {
    const [name = '', kind, ...rest] = line.split(' ')
    if (kind === 'skipped') return { name, kind, reason: rest.join(' ') }
    const exitCode = Number(rest[0])
    if (kind === 'check') return { name, kind, exitCode }
    const path = join(folder, `${name}.json`)
    return { name, kind: 'tests', exitCode, report: existsSync(path) ? readFileSync(path, 'utf8') : null }
  })
}

if (import.meta.main) {
  const { lines, ok } = summary(readStages(process.argv[2] ?? '.cache/test'))
  console.log(`\n${lines.join('\n')}`)
  process.exitCode = ok ? 0 : 1
}
