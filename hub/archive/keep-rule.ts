import { readArchiveName } from './archive-name.ts'

/** How many archives are kept: the newest of each of so many hours, days and weeks in which there is one. */
export interface KeepRule {
  hours: number
  days: number
  weeks: number
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** 1970 began on a Thursday; weeks begin on Mondays. */
const MONDAY_MS = 3 * DAY_MS

const SPANS: readonly [keyof KeepRule, (at: number) => number][] = [
  ['hours', (at) => Math.floor(at / HOUR_MS)],
  ['days', (at) => Math.floor(at / DAY_MS)],
  ['weeks', (at) => Math.floor((at + MONDAY_MS) / (7 * DAY_MS))],
]

/**
 * Which of these archives may go. Spans are counted in which there is an archive, in UTC, and not from now back: a clock that jumps
 * makes no archive older. `made` was made just now and stays, whatever the clock said.
 */
export function archivesToRemove(names: readonly string[], rule: KeepRule, made: string | null): string[] {
  const archives = names
    .flatMap((name) => {
      const read = readArchiveName(name)
      return read ? [{ name, madeAt: read.madeAt }] : []
    })
    .sort((a, b) => b.madeAt - a.madeAt || (a.name < b.name ? 1 : -1))
  const kept = new Set(made === null ? [] : [made])
  for (const [span, indexOf] of SPANS) {
    const seen = new Set<number>()
    for (const { name, madeAt } of archives) {
      if (seen.size === rule[span]) break
      if (seen.has(indexOf(madeAt))) continue
      seen.add(indexOf(madeAt))
      kept.add(name)
    }
  }
  return archives.map(({ name }) => name).filter((name) => !kept.has(name))
}
