import { LaresError } from '../../../shared/errors.ts'
import { nearestName } from '../../../shared/nearest-name.ts'
import { shellWord } from '../../../shared/shell-word.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { notYours } from '../../engine/authorize.ts'
import type { AuthorizedCaller } from '../../engine/caller.ts'
import { conditions } from '../../query/list-query.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { folded } from '../devices/named-device.ts'
import type { Takes } from './entity-orders.ts'

interface Asking {
  db: Database
  caller: Pick<AuthorizedCaller, 'houses' | 'sees'>
}

/** An entity that can be told something. */
export interface ToldEntity {
  id: string
  device: string
  device_name: string
  key: string
  entity_id: string
  name: string
  type: string
  /** `null`: an output of an agent, which knows itself what it takes. */
  takes: Takes | null
}

type Row = Omit<ToldEntity, 'takes'> & Record<'orders' | 'options' | 'range' | 'limits', string | null>

const READ =
  'SELECT e.id, e.device_id AS device, d.name AS device_name, e.key, e.entity_id, e.name, e.entity_type AS type, o.orders, o.options, o.range, o.limits ' +
  'FROM device_entities e JOIN devices d ON d.id = e.device_id LEFT JOIN entity_orders o ON o.entity_id = e.id'

/** An output of an agent, or what somebody else speaks for and can be told something. */
const TOLD =
  "e.is_enabled = 1 AND d.revoked_at IS NULL AND ((e.source = 'lares' AND e.entity_type IN ('switch', 'light')) OR coalesce(o.orders, '[]') <> '[]')"

/** What is switched when a device is named alone: the first of these that it has once. */
const MAIN = ['light', 'switch', 'fan', 'siren', 'humidifier']

/**
 * The entity that a person means, of one device where that is given: by its id, entity id or key, by its name in any case where
 * only one has it, or by that of its device, which has nothing else to be told. Throws `not_found` with the nearest, `forbidden`, and `bad_params` with the candidates.
 */
export function entityNamed(asking: Asking, given: string, device?: string): ToldEntity {
  const all = toldEntities(asking, device)
  const fitting = called(given, all)
  const [only, ...others] = fitting
  if (only && others.length === 0) return only
  if (only)
    throw new LaresError('bad_params', `${fitting.length} entities are called ${given}: ${candidates(fitting)}`, {
      hint: 'Name one of them by its entity id, with --device where two have the same.',
    })
  const ofDevice = all.filter(({ device_name }) => folded(device_name) === folded(given))
  const [alone, ...more] = ofDevice
  if (alone && more.length === 0) return alone
  if (alone)
    throw new LaresError('bad_params', `${given} has several that can be told something`, {
      hint: `Name one of them: ${ofDevice.map(({ name }) => name).join(', ')}.`,
    })
  const seeing = { db: asking.db, caller: { ...asking.caller, houses: asking.caller.sees } }
  if (called(given, toldEntities(seeing, device)).length > 0) throw notYours(given)
  const nearest = nearestName(
    given,
    all.flatMap(({ entity_id, name }) => [name, entity_id]),
  )
  const isRead = isThere(asking, given)
  throw new LaresError(
    'not_found',
    isRead ? `${given} can only be read` : `there is no ${given} that can be told something`,
    {
      hint:
        isRead || nearest === null ? 'See lares entities list.' : `Did you mean ${nearest}? See lares entities list.`,
    },
  )
}

/** What can be told something, of one device where that is given. */
export function toldEntities({ db, caller }: Asking, device: string | undefined): ToldEntity[] {
  const where = conditions(visibleHouses(caller, 'd.house_id')).when('e.device_id = ?', device)
  const rows = db
    .prepare(`${READ} WHERE ${where.sql} AND ${TOLD} ORDER BY e.entity_id, e.device_id`)
    .all(...where.values) as Row[]
  return rows.map(({ orders, options, range, limits, ...entity }) => ({
    ...entity,
    takes:
      orders === null
        ? null
        : { orders: read(orders), options: read(options), range: read(range), limits: read(limits ?? '{}') },
  }))
}

/** The same; two words in the wrong order are answered with the right one. */
export function meantEntity(
  asking: Asking,
  { given, what, device }: { given: string; what: string; device: string | undefined },
): ToldEntity {
  try {
    return entityNamed(asking, given, device)
  } catch (error) {
    if (!(error instanceof LaresError) || error.code !== 'not_found') throw error
    if (called(what, toldEntities(asking, device)).length === 0) throw error
    throw new LaresError('not_found', error.message, {
      hint: `Did you mean lares entities set ${shellWord(what)} ${shellWord(given)}? What it is to be comes last.`,
    })
  }
}

/** Whether an entity or device that the caller sees is called so, whatever it can be told. */
function isThere({ db, caller }: Asking, given: string): boolean {
  const where = conditions(visibleHouses({ houses: caller.sees }, 'd.house_id'))
  const rows = db
    .prepare(
      `SELECT e.name, d.name AS device_name FROM device_entities e JOIN devices d ON d.id = e.device_id WHERE ${where.sql} AND d.revoked_at IS NULL`,
    )
    .all(...where.values) as Pick<ToldEntity, 'name' | 'device_name'>[]
  return rows.some(({ name, device_name }) => [name, device_name].some((one) => folded(one) === folded(given)))
}

/** The one that is switched when nobody says which. Throws `bad_params` with those there are. */
export function mainOutput(asking: Asking, device: { id: string; name: string }): ToldEntity {
  const all = toldEntities(asking, device.id)
  const switched = all.filter(({ takes }) => takes === null || takes.orders.includes('on'))
  const ofType = MAIN.map((type) => switched.filter((entity) => entity.type === type))
  const [only, ...others] = ofType.find((entities) => entities.length > 0) ?? switched
  if (only && others.length === 0) return only
  const names = (switched.length > 0 ? switched : all).map(({ key }) => key).join(', ')
  throw new LaresError(
    'bad_params',
    `output: ${device.name} has ${only ? 'several' : 'none that is switched on or off'}`,
    {
      hint: names === '' ? `See what it has: lares devices show ${device.id}` : `Name one of them: ${names}.`,
    },
  )
}

function called(given: string, all: readonly ToldEntity[]): ToldEntity[] {
  const identified = all.filter(({ id, entity_id, key }) => [id, entity_id, key].includes(given))
  return identified.length > 0
    ? identified
    : all.filter(({ name, device_name }) =>
        [name, `${device_name} ${name}`].some((one) => folded(one) === folded(given)),
      )
}

function candidates(entities: readonly ToldEntity[]): string {
  return entities.map(({ entity_id, device_name }) => `${entity_id} (${device_name})`).join(', ')
}

function read<T>(json: string | null): T {
  return JSON.parse(json ?? 'null') as T
}
