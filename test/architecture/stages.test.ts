import { describe, expect, it } from 'vitest'
import { STAGES } from '../stages.ts'
import { everything, source } from './program.ts'

/** What takes seconds to start, and so belongs into a stage that may take minutes. */
const STARTS_POSTGRES = 'scripts/lib/postgres.ts'

const folders = Object.values(STAGES)
  .flat()
  .map((pattern) => pattern.replace('**', ''))
const isUnitTest = (path: string) =>
  path.startsWith('test/') && path.endsWith('.test.ts') && !folders.some((folder) => path.startsWith(folder))

/** The files that a test loads, with what they load. */
function loaded(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found
  found.add(path)
  for (const { own, target, typeOnly } of source(path).imports)
    if (own && target.endsWith('.ts') && !typeOnly) loaded(target, found)
  return found
}

describe('the stages of the tests', () => {
  it('name folders in which there are tests', () => {
    const empty = folders.filter((folder) => !everything.some(({ path }) => path.startsWith(folder)))
    expect(empty).toEqual([])
  })

  it('keep whatever starts a PostgreSQL out of the unit tests, which somebody waits for', () => {
    const unit = everything.filter(({ path }) => isUnitTest(path))
    expect(unit.length).toBeGreaterThan(200)
    expect(unit.filter(({ path }) => loaded(path).has(STARTS_POSTGRES)).map(({ path }) => path)).toEqual([])
  })
})
