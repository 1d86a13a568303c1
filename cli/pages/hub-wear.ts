import { timeWords } from '../../shared/time-words.ts'
import type { MakePage } from './page.ts'

/** `lares hub wear`: what it comes to, in sentences; below it the causes, and all of them together. */
export const hubWearPage: MakePage = (answer, schema, now) => {
  const says = answer.at('says')
  const until = answer.number('counted_until')
  const lines = [
    ...(Array.isArray(says) ? says.map(String) : []),
    ...(until === null ? [] : [`Today is counted up to ${timeWords(until, now)}.`]),
  ]
  const causes = answer.list('causes')
  const all = { cause: 'all', ...totals(causes) }
  return {
    head: { lines },
    data: causes.length === 0 ? {} : { causes: [...causes, all] },
    schema: { properties: { causes: schema.properties?.causes ?? {} } },
  }
}

const SUMMED = ['a_day', 'commits_a_day', 'today', 'commits_today']

function totals(rows: readonly Record<string, unknown>[]): Record<string, number | undefined> {
  const sumOf = (name: string) => {
    const numbers = rows.map((row) => row[name]).filter((value) => typeof value === 'number')
    return numbers.length === 0 ? undefined : numbers.reduce((sum, value) => sum + value, 0)
  }
  return Object.fromEntries(SUMMED.map((name) => [name, sumOf(name)]))
}
