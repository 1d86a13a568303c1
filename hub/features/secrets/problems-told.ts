import { hintFor } from '../../../shared/errors.ts'
import type { ToldProblem } from '../../engine/health-problem.ts'
import type { SealedRow } from './resealing.ts'

/** More would not fit into a message. */
const NAMED = 5

/** Keys that rows need and nobody finds. `needed`: how many values need each. */
export function goneKeys(needed: ReadonlyMap<string, number>, there: readonly string[]): ToldProblem | null {
  const gone = [...needed].filter(([id]) => !there.includes(id))
  if (gone.length === 0) return null
  const values = gone.reduce((sum, [, rows]) => sum + rows, 0)
  const what = values === 1 ? '1 sealed value needs' : `${values} sealed values need`
  return {
    code: 'sealed_unreadable',
    message: `${what} a key that is gone: ${gone.map(([id]) => id).join(', ')}`,
    hint: hintFor('sealed_unreadable'),
  }
}

/** Values that an older key does not open, although it is there: they were changed since, and the key cannot go. */
export function unopenedValues(rows: readonly SealedRow[]): ToldProblem | null {
  if (rows.length === 0) return null
  const names = rows.filter(({ table }) => table === 'secrets').map(({ row }) => row)
  const others = rows.filter(({ table }) => table !== 'secrets').map(({ table, row }) => `${row} of ${table}`)
  return {
    code: 'sealed_unreadable',
    message: `what is sealed was damaged, and keeps an older key from being removed: ${listed([...names, ...others])}`,
    hint:
      names.length === 0
        ? hintFor('sealed_unreadable')
        : `Enter it anew, or remove it: ${listed(names.map((name) => `lares secrets set ${name}`))}`,
  }
}

function listed(words: readonly string[]): string {
  const more = words.length - NAMED
  return words.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '')
}
