import { z } from 'zod'
import { deviceParam, id } from '../../../shared/admin/fields.ts'
import { text } from '../../../shared/messages/fields.ts'
import type { State } from '../../../shared/messages/state.ts'
import { onOffText } from '../../../shared/on-off-text.ts'
import { stateText } from '../../../shared/state-text.ts'
import { adminCommand, type QueryContext } from '../../engine/admin-command.ts'
import { after, conditions, page } from '../../query/list-query.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { NewerStates } from '../telemetry/newer-states.ts'
import { waitingOf } from '../telemetry/waiting-readings.ts'
import { deviceNamed } from './named-device.ts'
import { detailWords } from './state-details.ts'

/** An entity as one of its device; what left has no state. */
export const ENTITY_COLUMNS =
  'e.entity_id, e.key, e.name, e.entity_type, e.device_class, e.unit_of_measurement, e.source, ' +
  'e.is_enabled, CASE WHEN e.is_enabled THEN e.state END AS state, CASE WHEN e.is_enabled THEN e.attributes END AS details, ' +
  'e.latest, e.id'

type EntityAnswer<R> = Omit<R, 'is_enabled' | 'latest'> & { is_enabled: boolean }

/** Rows of these as they are answered: with the newest state, what is 1 or 0 as on or off, and a flag that is one. */
export function entityAnswers<R extends EntityRow>({ db, now }: QueryContext, rows: readonly R[]): EntityAnswer<R>[] {
  const newer = new NewerStates(db, now, { waiting: waitingOf(db).untilNow })
  return rows.map(({ latest, ...row }) => {
    const { id, entity_type: type, source, details, is_enabled } = row
    const known = latest === null ? null : (JSON.parse(latest) as State)
    const state = is_enabled === 1 ? newer.of({ id, type, source }, known) : null
    const written = state === known || state === null ? row.state : stateText(state)
    const words = written === null ? null : onOffText(type, written)
    return { ...row, state: words, details: detailWords(words, details), is_enabled: is_enabled === 1 }
  })
}

export const entityLine = {
  name: z.string(),
  /** The newest. */
  state: z.string().nullable(),
  /** What belongs to the state, in words: `40 %, red`; `null`: nothing. */
  details: z.string().nullable(),
  unit_of_measurement: z.string().nullable(),
  entity_id: z.string(),
  entity_type: z.string(),
  device_class: z.string().nullable(),
  /** What it is called on topics and in commands. */
  key: z.string(),
  /** Who says what it is: `lares` its own device, else a bridge or connection. */
  source: z.string(),
  /** False once the device no longer has it. */
  is_enabled: z.boolean(),
}

interface EntityRow {
  id: string
  entity_type: string
  source: string
  /** The state that was written, as JSON. */
  latest: string | null
  state: string | null
  /** Its attributes, as JSON. */
  details: string | null
  is_enabled: number
}

export const listEntities = adminCommand({
  area: 'entities',
  verb: 'list',
  needs: 'see',
  summary: 'What the devices of the house have: sensors, lights, switches, whoever knows of them',
  params: z.strictObject({
    device: deviceParam.optional(),
    type: text(50).optional(),
    source: text(100).optional(),
    limit: z.int().min(1).max(700).default(500),
    after: text(40).optional(),
  }),
  result: z.strictObject({
    entities: z.array(z.strictObject({ device_name: z.string(), ...entityLine, device: id, id })),
    next: z.string().optional(),
  }),
  examples: [
    { says: 'everything', params: {} },
    { says: 'the lights', params: { type: 'light' } },
    { says: 'what one device has', params: { device: 'kitchen-pi' } },
  ],
  positional: ['device'],
  changes: false,
  query(context, params) {
    const { db, caller } = context
    const asked = conditions(visibleHouses(caller, 'd.house_id'))
      .when('e.device_id = ?', params.device === undefined ? undefined : deviceNamed(context, params.device))
      .when('e.entity_type = ?', params.type)
      .when('e.source = ?', params.source)
    const where = after(db, asked, {
      ...{ table: 'device_entities', alias: 'e', order: ['device_id', 'key', 'id'], key: params.after },
    })
    const all = db
      .prepare(
        `SELECT d.name AS device_name, ${ENTITY_COLUMNS}, e.device_id AS device FROM device_entities e ` +
          `JOIN devices d ON d.id = e.device_id WHERE ${where.sql} AND d.revoked_at IS NULL ` +
          'ORDER BY e.device_id, e.key, e.id LIMIT ?',
      )
      .all(...where.values, params.limit + 1) as EntityRow[]
    const { rows, next } = page(all, params.limit, (row) => row.id)
    const entities = entityAnswers(context, rows)
    return { entities, ...(next === undefined ? {} : { next }) }
  },
})
