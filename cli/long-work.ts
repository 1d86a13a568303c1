import type { DescribedCommand } from '../shared/admin/described-command.ts'

/** Commands whose answer is only that something was begun. */
const BEGINNING: ReadonlySet<string> = new Set([
  'backups make',
  'backups verify',
  'devices erase',
  'users erase',
  'search rebuild',
  'jobs retry',
])

/** Whether a command begins what goes on after its answer. */
export function beginsLongWork({ area, verb }: Pick<DescribedCommand, 'area' | 'verb'>): boolean {
  return BEGINNING.has(`${area} ${verb}`)
}
