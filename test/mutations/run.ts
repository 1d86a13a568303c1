import { writeFileSync } from 'node:fs'
import { MUTATIONS } from './list.ts'
import type { Mutation } from './mutation.ts'
import { endAll, runTests } from './run-tests.ts'
import { type Outcome, objection, outcome } from './verdict.ts'
import { WorkingCopy } from './working-copy.ts'

/** All of their tests in one run, with every safeguard in place. */
const INTACT_MAX_MS = 1_200_000
const MUTATION_MAX_MS = 120_000
/** Tests wait for the disk and for timers as much as they compute: two processors are busy with two runs. */
const AT_ONCE = 2

const [reportFile, pattern = ''] = process.argv.slice(2)
if (reportFile === undefined) throw new Error('usage: run.ts <report> [<part of a name or file>]')

const chosen = MUTATIONS.filter((mutation) => named(mutation).includes(pattern) || mutation.file.includes(pattern))
if (chosen.length === 0) throw new Error(`no mutation has "${pattern}" in its name or file`)
const since = performance.now()
// Both are made now: what somebody changes meanwhile belongs to the next run.
const copies = Array.from({ length: Math.min(AT_ONCE, chosen.length) }, () => new WorkingCopy())
const results: { fullName: string; status: 'passed' | 'failed' }[] = []

process.on('exit', () => {
  for (const copy of copies) copy.remove()
})
for (const [signal, code] of [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  process.on(signal, () => {
    endAll()
    process.exit(code)
  })

console.log(`${chosen.length} mutations; first their tests with every safeguard in place.`)
const intact = await runTests(copies[0]?.folder ?? '', chosen, INTACT_MAX_MS)

const waiting = [...chosen]
await Promise.all(copies.map((copy) => work(copy)))
console.log(`${chosen.length} mutations took ${Math.round((performance.now() - since) / 6_000) / 10} minutes.`)
const testResults = [{ name: 'test/mutations/list.ts', status: 'passed', message: '', assertionResults: results }]
writeFileSync(reportFile, JSON.stringify({ testResults }))
process.exitCode = results.every(({ status }) => status === 'passed') ? 0 : 1

/** Takes out one safeguard after the other, in a copy of its own. */
async function work(copy: WorkingCopy): Promise<void> {
  for (let mutation = waiting.shift(); mutation; mutation = waiting.shift()) {
    const why = await attempt(copy, mutation)
    results.push({ fullName: named(mutation), status: why === null ? 'passed' : 'failed' })
    console.log(
      why === null ? `caught: ${named(mutation)}` : `NOT CAUGHT: ${named(mutation)}\n  ${mutation.file}: ${why}`,
    )
  }
}

async function attempt(copy: WorkingCopy, mutation: Mutation): Promise<string | null> {
  const before = outcomeOf(mutation, intact)
  // A test that fails anyway proves nothing, whatever it does without the safeguard.
  if ('broken' in before || !before.passed) return objection(before, before)
  const report = await copy.without(mutation, () => runTests(copy.folder, [mutation], MUTATION_MAX_MS))
  return objection(before, outcomeOf(mutation, report))
}

function outcomeOf(mutation: Mutation, report: Awaited<ReturnType<typeof runTests>>): Outcome {
  return typeof report === 'string' ? { broken: report } : outcome(mutation, report)
}

function named({ file, without }: Mutation): string {
  return `${file.split('/').slice(0, 2).join('/').replace(/\.ts$/, '')}: without ${without}`
}
