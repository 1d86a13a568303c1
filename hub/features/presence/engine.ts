import type { Database, Statement } from '../../../shared/sqlite/open.ts'
import type { Context } from '../../engine/context.ts'
import type { Feature } from '../../engine/feature.ts'
import type { House } from '../../engine/house.ts'
import { openDevices } from '../devices/engine.ts'
import { setPresent } from './at-home.ts'

/** A phone that sleeps, or a Pi that restarts, comes back before this: nobody went out. */
export const AWAY_MS = 600_000

interface Gone {
  person: string
  since: number
}

/**
 * Somebody comes when a device that they carry can be reached, and has left when none of them could be for ten minutes. What a
 * person says by hand holds until such a device comes or goes.
 */
export function openPresence(house: House): Feature {
  const { presence } = house.use(openDevices)
  const carrier = house.db.prepare('SELECT carried_by FROM devices WHERE id = ?').pluck()
  presence.onReachable = (context, device) => {
    const person = carrier.get(device) as string | null
    if (person !== null)
      setPresent(context, person, { present: true, at: context.now, data: { device }, source: 'device' })
  }
  const departures = new Departures(house.db)
  return { name: 'presence', tick: (context) => departures.tick(context) }
}

class Departures {
  #gone: Statement

  constructor(db: Database) {
    // What was said by hand after the last of them went is newer than that.
    this.#gone = db.prepare(
      'SELECT p.id AS person, max(d.status_since) AS since FROM people p JOIN devices d ON d.carried_by = p.id ' +
        "WHERE p.is_present = 1 GROUP BY p.id HAVING sum(d.status IN ('online', 'busy')) = 0 " +
        'AND max(d.status_since) >= coalesce(p.last_seen, 0) AND max(d.status_since) <= ?',
    )
  }

  tick(context: Context): void {
    for (const { person, since } of this.#gone.all(context.now - AWAY_MS) as Gone[])
      setPresent(context, person, { present: false, at: since, data: { since }, source: 'device' })
  }
}
