import { describe, expect, it } from 'vitest'
import { ONE_PROCESS, STAGES } from '../stages.ts'
import { everything, source } from './program.ts'

/** What takes seconds to start, and so belongs into a stage that may take minutes. */
const STARTS_POSTGRES = 'scripts/lib/postgres.ts'

/** What the next test file would find changed. */
const CHANGES_THE_PROCESS =
  /\bprocess\.(?:chdir|umask|on|once)\(|\bprocess\.env\.\w+\s*\??\??=[^=]|\bdelete process\.|\bdefineProperty\(process\b|\bvi\.(?:mock|doMock|stub\w+|useFakeTimers|setSystemTime)\(/

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

  it('let only those share a process that change nothing which belongs to it', () => {
    const shared = ONE_PROCESS.map((pattern) => pattern.replace('**', ''))
    const files = everything.filter(({ path }) => shared.some((folder) => path.startsWith(folder)))
    expect(files.length).toBeGreaterThan(80)
    expect(files.filter(({ code }) => CHANGES_THE_PROCESS.test(code)).map(({ path }) => path)).toEqual([])
  })

  it('keep whatever starts a PostgreSQL out of the unit tests, which somebody waits for', () => {
    const unit = everything.filter(({ path }) => isUnitTest(path))
    expect(unit.length).toBeGreaterThan(200)
    expect(unit.filter(({ path }) => loaded(path).has(STARTS_POSTGRES)).map(({ path }) => path)).toEqual([])
  })
})
