import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../source-tree.ts'
import { MUTATIONS } from './list.ts'
import { mutated } from './mutation.ts'

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** What is wrong with the entries, in words. */
function wrong(fault: (mutation: (typeof MUTATIONS)[number]) => string | null): string[] {
  return MUTATIONS.flatMap((mutation) => fault(mutation) ?? [])
}

describe('the list of mutations', () => {
  it('takes out what stands in its file exactly once, and changes it', () => {
    const faults = wrong((mutation) => {
      try {
        const source = read(mutation.file)
        return mutated(source, mutation) === source ? `${mutation.file}: "${mutation.text}" stays as it is` : null
      } catch (error) {
        return String(error)
      }
    })
    expect(faults).toEqual([])
  })

  it('names tests that exist', () => {
    const faults = wrong(({ test: { file, name } }) => {
      if (!existsSync(join(ROOT, file))) return `there is no ${file}`
      // Its title has a value there when it runs, and would be looked for in vain.
      if (/%[sdijof#]/.test(name)) return `"${name}" names a place for a value: name a part of the title without one`
      return read(file).includes(name) ? null : `${file} has no test "${name}"`
    })
    expect(faults).toEqual([])
  })

  it('says of each what the program is without, and nothing twice', () => {
    const named = MUTATIONS.map(({ file, without }) => `${file}: ${without}`)
    expect(named.filter((name, at) => named.indexOf(name) !== at)).toEqual([])
    const changes = MUTATIONS.map(({ file, text, becomes }) => JSON.stringify([file, text, becomes]))
    expect(changes.filter((change, at) => changes.indexOf(change) !== at)).toEqual([])
  })
})
