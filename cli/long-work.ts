import type { DescribedCommand } from '../shared/admin/described-command.ts'
import { backupWork } from './progress/backup-work.ts'
import { erasureWork } from './progress/erasure-work.ts'
import { jobWork } from './progress/job-work.ts'
import type { LongWork } from './progress/look-at-work.ts'
import { searchWork } from './progress/search-work.ts'

/** Commands whose answer is only that something was begun, and what it is. */
const BEGINNING: ReadonlyMap<string, (answer: unknown) => LongWork> = new Map<string, (answer: unknown) => LongWork>([
  ['backups make', backupWork],
  ['backups verify', backupWork],
  ['devices erase', erasureWork],
  ['users erase', erasureWork],
  ['search rebuild', searchWork],
  ['jobs retry', jobWork],
])

type Named = Pick<DescribedCommand, 'area' | 'verb'>

/** Whether a command begins what goes on after its answer. */
export function beginsLongWork({ area, verb }: Named): boolean {
  return BEGINNING.has(`${area} ${verb}`)
}

/** What a command began, by its answer. */
export function workOf({ area, verb }: Named, answer: unknown): LongWork | null {
  return BEGINNING.get(`${area} ${verb}`)?.(answer) ?? null
}
