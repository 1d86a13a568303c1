import type { Database } from '../../../shared/sqlite/open.ts'
import { readSection } from '../../contract/settings-section.ts'
import type { Context } from '../../engine/context.ts'
import type { Feature } from '../../engine/feature.ts'
import type { ToldProblem } from '../../engine/health-problem.ts'
import type { House } from '../../engine/house.ts'
import { enqueue } from '../jobs/enqueue.ts'
import { lastTimeOfDay } from './due-time.ts'
import { MAKE_BACKUP } from './job-kinds.ts'
import { noteRestored } from './note-restored.ts'
import { forgetPlaces, keepRecord, placeRecord } from './place-book.ts'
import { placeFigures } from './place-figures.ts'
import { BACKUP } from './settings.ts'
import { damagedProblem, failingProblem, oldProblem } from './told-problems.ts'

/** Between two looks at the clock. */
const LOOK_MS = 20_000

/** Has backups made at their time, made up for what was missed, and says what is wrong with them. */
export function openBackups({ db, settings }: Pick<House, 'db' | 'settings'>): Feature {
  const { to, at } = readSection(BACKUP, settings)
  const places = Object.keys(to)
  let lookedAt = Number.NEGATIVE_INFINITY
  let told = new Map<string, string>()
  let counted = '[]'

  function schedule(context: Context): void {
    // A clock that follows no time source may be at any day.
    if (context.clockSynced === false) return
    const due = lastTimeOfDay(context.now, at, zoneOf(db))
    for (const place of places) {
      const record = placeRecord(db, place) ?? { archives: [], due_at: null, since: context.now }
      // One that was asked for in the future was asked for by a clock that was ahead.
      if (record.due_at !== null && record.due_at >= due && record.due_at <= context.now) continue
      enqueue(context, MAKE_BACKUP, { key: place, payload: { place } })
      keepRecord(db, place, { ...record, due_at: due })
    }
  }

  function tell(context: Context): void {
    const problems = new Map<string, ToldProblem>()
    const add = (name: string, problem: ToldProblem | null) => problem && problems.set(name, problem)
    for (const place of places) {
      const record = placeRecord(db, place)
      add(`backup_failing:${place}`, failingProblem(db, place))
      if (!record) continue
      add(`backup_old:${place}`, oldProblem(record, place, context))
      add(`backup_damaged:${place}`, damagedProblem(record, place))
    }
    const figures = placeFigures(db, places)
    if (JSON.stringify(figures) !== counted) context.effect({ kind: 'backup_figures', figures })
    const words = new Map([...problems].map(([name, problem]) => [name, JSON.stringify(problem)]))
    for (const [name, problem] of problems)
      if (told.get(name) !== words.get(name)) context.effect({ kind: 'problem', name, problem })
    for (const name of told.keys()) if (!problems.has(name)) context.effect({ kind: 'problem', name, problem: null })
    context.committed(() => {
      told = words
      counted = JSON.stringify(figures)
    })
  }

  return {
    name: 'backups',
    start(context) {
      told = new Map()
      counted = '[]'
      forgetPlaces(db, places)
      for (const place of places)
        if (!placeRecord(db, place)) keepRecord(db, place, { archives: [], due_at: null, since: context.now })
      noteRestored(context)
      tell(context)
    },
    inputs: {
      restore_failed(context, { place, name, code, error }) {
        context.addEvent({ type: 'restore_failed', data: { place, name, code, error } })
        return { verdict: 'stored' }
      },
    },
    tick(context) {
      const mono = context.mono ?? 0
      if (places.length === 0 || Math.abs(mono - lookedAt) < LOOK_MS) return
      schedule(context)
      tell(context)
      context.committed(() => {
        lookedAt = mono
      })
    },
  }
}

/** The zone of the hub's first house. */
function zoneOf(db: Database): string {
  const zone = db.prepare('SELECT timezone FROM houses ORDER BY created_at, id LIMIT 1').pluck().get()
  return typeof zone === 'string' ? zone : 'UTC'
}
