import type { Database } from '../../../shared/sqlite/open.ts'
import { placeRecord } from './place-book.ts'

/** What is counted of a place. */
export interface PlaceFigures {
  place: string
  archives: number
  bytes: number
  /** When the newest was made; `null`: there is none. */
  newest: number | null
}

declare module '../../engine/input.ts' {
  interface EffectKinds {
    /** How it stands with backups at every place. */
    backup_figures: { figures: readonly PlaceFigures[] }
  }
}

export function placeFigures(db: Database, places: readonly string[]): PlaceFigures[] {
  return places.map((place) => {
    const archives = placeRecord(db, place)?.archives ?? []
    const bytes = archives.reduce((sum, one) => sum + one.bytes, 0)
    return { place, archives: archives.length, bytes, newest: archives[0]?.made_at ?? null }
  })
}
