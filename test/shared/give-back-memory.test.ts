import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'

const GIVE_BACK = new URL('../../shared/give-back-memory.ts', import.meta.url)

/** A program whose young generation grew, as a start makes it: how large it is before and after it gave back, in MB. */
const PROGRAM = `
import { getHeapSpaceStatistics } from 'node:v8'
import { giveBackMemorySoon } from ${JSON.stringify(GIVE_BACK)}
const young = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size / 1048576
let kept = []
for (let round = 0; round < 400_000; round += 1) kept.push({ round, text: [round] })
const before = young()
const due = []
giveBackMemorySoon({ after: (ms, run) => { due.push(run); return () => {} } })
kept = []
for (const run of due) run()
process.stdout.write(JSON.stringify([before, young()]))
`

function measured(...flags: string[]): [before: number, after: number] {
  const words = [...flags, '--max-semi-space-size=16', '--input-type=module-typescript', '--eval', PROGRAM]
  return JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
}

describe('memory that a start took', () => {
  it('is given back to the system', () => {
    const [before, after] = measured('--expose-gc')
    expect(before).toBeGreaterThanOrEqual(16)
    expect(after).toBeLessThanOrEqual(4)
  })

  it('is kept where Node was not started for that, and nothing fails', () => {
    const [before, after] = measured()
    expect(after).toBe(before)
  })
})
