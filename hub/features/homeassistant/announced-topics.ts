import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Parts } from './discovery-config.ts'

/** The hub's own broker among the places where something is announced. */
export const OWN_PLACE = 'hub'

/** A topic on which something was announced. */
export interface AnnouncedTopic {
  place: string
  topic: string
  device: string
  /** Platforms by part. */
  parts: Readonly<Record<string, string>>
  /** Parts that were there until lately. */
  takenBack: Readonly<Record<string, LeftPart>>
  emptied_at: number | null
}

interface LeftPart {
  platform: string
  at: number
}

/** So long it is told again to who was not there that something is gone. A house that is away for longer restarts its Home Assistant. */
export const TAKEN_BACK_MS = 7 * 86_400_000

const READ = 'SELECT place, topic, device, parts, taken_back AS takenBack, emptied_at FROM homeassistant_topics'

/** The ledger of all topics on which something was announced. */
export class AnnouncedTopics {
  #of: Statement
  #at: Statement
  #put: Statement
  #empty: Statement
  #forget: Statement
  #places: Statement
  #forgetPlace: Statement

  constructor(db: Database) {
    this.#of = db.prepare(`${READ} WHERE place = ? AND device = ? ORDER BY topic`)
    this.#at = db.prepare(`${READ} WHERE place = ? ORDER BY topic`)
    this.#put = db.prepare(
      'INSERT INTO homeassistant_topics (place, topic, device, parts, taken_back, updated_at) VALUES (?, ?, ?, ?, ?, ?) ' +
        'ON CONFLICT (place, topic) DO UPDATE SET parts = excluded.parts, taken_back = excluded.taken_back, emptied_at = NULL, updated_at = excluded.updated_at ' +
        'WHERE parts IS NOT excluded.parts OR taken_back IS NOT excluded.taken_back OR emptied_at IS NOT NULL',
    )
    this.#empty = db.prepare(
      "UPDATE homeassistant_topics SET emptied_at = ?, parts = '{}', taken_back = '{}', updated_at = ? WHERE place = ? AND topic = ? AND emptied_at IS NULL",
    )
    this.#places = db.prepare(
      'SELECT place, count(*) - count(emptied_at) AS count, count(emptied_at) AS gone FROM homeassistant_topics GROUP BY place ORDER BY place',
    )
    this.#forgetPlace = db.prepare('DELETE FROM homeassistant_topics WHERE place = ?')
    this.#forget = db.prepare('DELETE FROM homeassistant_topics WHERE place = ? AND (emptied_at < ? OR emptied_at > ?)')
  }

  /** Where something stands, or stood lately. */
  places(): { place: string; count: number; gone: number }[] {
    return this.#places.all() as { place: string; count: number; gone: number }[]
  }

  /** Returns how many topics that were. */
  forgetPlace(place: string): number {
    return this.#forgetPlace.run(place).changes
  }

  of(place: string, device: string): AnnouncedTopic[] {
    return this.#of.all(place, device).map(read)
  }

  at(place: string): AnnouncedTopic[] {
    return this.#at.all(place).map(read)
  }

  /** From now on something is to stand there. Nothing is written where that is known. */
  put({ place, topic, device, parts, takenBack }: Omit<AnnouncedTopic, 'emptied_at'>, now: number): void {
    this.#put.run(place, topic, device, JSON.stringify(parts), JSON.stringify(takenBack), now)
  }

  /** Says whether something was to stand there until now. */
  empty({ place, topic }: Pick<AnnouncedTopic, 'place' | 'topic'>, now: number): boolean {
    return this.#empty.run(now, now, place, topic).changes > 0
  }

  /** What was emptied long ago, or at a time that has not come, is told nobody any more. */
  forgetEmptied(place: string, now: number): void {
    this.#forget.run(place, now - TAKEN_BACK_MS, now)
  }
}

/** Which parts stand on a topic from now on, and which of those that stood there are taken back. */
export function partsAfter(
  before: Pick<AnnouncedTopic, 'parts' | 'takenBack'> | undefined,
  parts: Parts,
  now: number,
): Pick<AnnouncedTopic, 'parts' | 'takenBack'> {
  const platforms = Object.fromEntries(Object.entries(parts).map(([part, { platform }]) => [part, platform]))
  const gone = Object.entries(before?.parts ?? {}).map(([part, platform]) => [part, { platform, at: now }] as const)
  const takenBack = [...Object.entries(before?.takenBack ?? {}), ...gone].filter(
    ([part, { at }]) => !(part in platforms) && at <= now && now - at < TAKEN_BACK_MS,
  )
  return { parts: platforms, takenBack: Object.fromEntries(takenBack) }
}

function read(row: unknown): AnnouncedTopic {
  const { parts, takenBack, ...rest } = row as AnnouncedTopic & { parts: string; takenBack: string }
  return {
    ...rest,
    parts: JSON.parse(parts) as AnnouncedTopic['parts'],
    takenBack: JSON.parse(takenBack) as AnnouncedTopic['takenBack'],
  }
}
