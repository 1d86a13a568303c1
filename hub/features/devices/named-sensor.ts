import { LaresError } from '../../../shared/errors.ts'
import { nearestName } from '../../../shared/nearest-name.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import type { AuthorizedCaller } from '../../engine/caller.ts'
import { conditions } from '../../query/list-query.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { folded } from './named-device.ts'

interface Asking {
  db: Database
  caller: Pick<AuthorizedCaller, 'houses'>
}

interface SensorRow {
  key: string
  name: string
}

/**
 * SQL for what people call the sensor of a series `s` whose entity is joined as `e`: its name, and its key where it has
 * none or two of its device have the same.
 */
export const SENSOR_NAME =
  "CASE WHEN coalesce(e.name, '') = '' OR EXISTS (SELECT 1 FROM device_entities o WHERE o.device_id = s.device_id " +
  'AND o.name = e.name AND o.id <> e.id) THEN s.sensor ELSE e.name END AS sensor_name'

/**
 * The keys of the sensors that a person means: the key itself, or the keys of those called so, in any case. Of one device it
 * is one key. Readings outlive their sensor: a key under which some are kept is good too. Throws `bad_params` with the keys
 * where several sensors of the device have the name, and `not_found` with the nearest for what nobody is called.
 */
export function sensorsNamed({ db, caller }: Asking, given: string, device?: string): string[] {
  const visible = visibleHouses(caller, 'd.house_id')
  const all = db
    .prepare(
      `SELECT e.key, e.name FROM device_entities e JOIN devices d ON d.id = e.device_id WHERE ${visible.sql}` +
        `${device === undefined ? '' : ' AND e.device_id = ?'} ORDER BY e.key`,
    )
    .all(...visible.values, ...(device === undefined ? [] : [device])) as SensorRow[]
  if (all.some(({ key }) => key === given)) return [given]
  const keys = [...new Set(all.filter(({ name }) => folded(name) === folded(given)).map(({ key }) => key))]
  if (keys.length > 1 && device !== undefined)
    throw new LaresError('bad_params', `${keys.length} sensors of ${device} are called ${given}: ${keys.join(', ')}`, {
      hint: 'Name one of them by its key.',
    })
  if (keys.length > 0) return keys
  if (hasSeries({ db, caller }, given, device)) return [given]
  const nearest = nearestName(
    given,
    all.flatMap(({ key, name }) => [name, key]),
  )
  const what = device === undefined ? `there is no sensor ${given}` : `${device} has no sensor ${given}`
  const list =
    device === undefined
      ? 'Sensors are listed by: lares readings latest.'
      : `Its sensors are listed by: lares devices show ${device}.`
  throw new LaresError('not_found', what, { hint: nearest === null ? list : `Did you mean ${nearest}? ${list}` })
}

function hasSeries({ db, caller }: Asking, key: string, device?: string): boolean {
  const asked = conditions(visibleHouses(caller, 'd.house_id'))
    .when('s.sensor = ?', key)
    .when('s.device_id = ?', device)
  const found = db.prepare(
    `SELECT 1 FROM reading_series s JOIN devices d ON d.id = s.device_id WHERE ${asked.sql} LIMIT 1`,
  )
  return found.get(...asked.values) !== undefined
}

/** As `sensorsNamed`, as JSON for a list that may be asked for one sensor or for all. */
export function sensorKeys(asking: Asking, given: string | undefined, device: string | undefined): string | undefined {
  return given === undefined ? undefined : JSON.stringify(sensorsNamed(asking, given, device))
}
