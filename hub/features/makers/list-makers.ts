import { z } from 'zod'
import { id, time } from '../../../shared/admin/fields.ts'
import { text } from '../../../shared/messages/fields.ts'
import { adminCommand, type QueryContext } from '../../engine/admin-command.ts'
import { type Conditions, conditions, noSuchRow, page } from '../../query/list-query.ts'
import { visibleHouses } from '../../query/visibility.ts'
import { announcedBy, MAKER_ROWS, MAKER_STATUSES, type MakerRow, MakerRows, readMakerRow } from './maker-rows.ts'
import { makerNamed, sourceNamed } from './named-maker.ts'

const status = z.enum(MAKER_STATUSES)

const head = {
  name: z.string(),
  status,
  brand: z.string().nullable(),
  model: z.string().nullable(),
  entities: z.int(),
}

/** Reasons that a line of the list tells. */
const REASONS_TOLD = 3
/** More do not fit into an answer. */
const ENTITIES_SHOWN = 500

export const listMakers = adminCommand({
  area: 'makers',
  verb: 'list',
  needs: 'configure',
  summary: 'Devices of other makers that brokers and bridges announced, those that wait first',
  params: z.strictObject({
    source: text(100).optional(),
    status: status.optional(),
    limit: z.int().min(1).max(500).default(100),
    after: text(40).optional(),
  }),
  result: z.strictObject({
    /** What to look at, where there is none. */
    says: z.string().optional(),
    makers: z.array(
      z.strictObject({
        ...head,
        /** What of it is not connected, and why. */
        not_connected: z.array(z.string()),
        source: z.string(),
        identity: z.string(),
        /** The device that it became; `null`: none. */
        device: id.nullable(),
        first_heard_at: time,
        last_heard_at: time,
        id,
      }),
    ),
    next: z.string().optional(),
  }),
  examples: [
    { says: 'what waits for somebody to decide', params: { status: 'waiting' } },
    { says: 'everything', params: {} },
  ],
  changes: false,
  query(context, params) {
    const { db, caller } = context
    const where = conditions(visibleHouses(caller, 's.house_id'))
      .when('m.source = ?', sourceNamed(context, params.source))
      .when('m.status = ?', params.status)
    const asked = behind(context, where, params.after)
    const found = db
      .prepare(`${MAKER_ROWS} WHERE ${asked.sql} ORDER BY m.status DESC, m.name, m.id LIMIT ?`)
      .all(...asked.values, params.limit + 1)
      .map(readMakerRow)
    const { rows, next } = page(found, params.limit, (row) => row.id)
    const makers = rows.map((row) => ({
      ...headOf(row),
      not_connected: reasonsOf(context, row).slice(0, REASONS_TOLD),
      ...{ source: row.source, identity: row.identity, device: row.device_id },
      ...{ first_heard_at: row.first_heard_at, last_heard_at: row.last_heard_at, id: row.id },
    }))
    return {
      ...(makers.length === 0 ? { says: 'Nothing such was announced. See lares makers sources.' } : {}),
      makers,
      ...(next === undefined ? {} : { next }),
    }
  },
})

export const showMaker = adminCommand({
  area: 'makers',
  verb: 'show',
  needs: 'configure',
  summary: 'All that is known of a device of another maker, and what of it is not connected',
  params: z.strictObject({ maker: text(255).min(1), source: text(100).optional() }),
  result: z.strictObject({
    maker: z.strictObject({
      ...head,
      version: z.string().nullable(),
      area: z.string().nullable(),
      /** What it is reached through, as its source calls that. */
      via: z.string().nullable(),
      source: z.string(),
      dialect: z.string(),
      device: id.nullable(),
      /** Whether its states are taken from this source. */
      speaks: z.boolean(),
      first_heard_at: time,
      last_heard_at: time,
      identities: z.array(z.string()),
      id,
    }),
    /** Where else it is heard of, and which of them tells of it. */
    other_sources: z.array(z.string()),
    entities: z.array(
      z.strictObject({ name: z.string().nullable(), component: z.string(), takes: z.array(z.string()), unique_id: id }),
    ),
    not_connected: z.array(z.string()),
  }),
  examples: [{ says: 'one device', params: { maker: 'Lamp' } }],
  positional: ['maker'],
  changes: false,
  query(context, params) {
    const { db, caller } = context
    const row = makerNamed(context, params.maker, sourceNamed(context, params.source))
    const { version, area, via, source, dialect, device_id, speaks, first_heard_at, last_heard_at, identities } = row
    const others = new MakerRows(db).others(row.id, identities)
    const seen = others.filter(
      ({ house }) => caller.houses === null || (house !== null && caller.houses.includes(house)),
    )
    const { entities } = announcedBy(db, row.id)
    return {
      maker: {
        ...headOf(row),
        ...{ version, area, via, source, dialect, device: device_id, speaks, first_heard_at, last_heard_at },
        ...{ identities, id: row.id },
      },
      other_sources: seen.map((other) => elsewhere(other, row)),
      entities: entities.slice(0, ENTITIES_SHOWN).map(({ name, component, orders, uniqueId }) => ({
        ...{ name, component, takes: [...orders], unique_id: uniqueId },
      })),
      not_connected: reasonsOf(context, row),
    }
  },
})

function headOf({ name, status, brand, model, entities }: MakerRow) {
  return { name, status, brand, model, entities }
}

function elsewhere({ source, identity, status, speaks }: MakerRow, row: MakerRow): string {
  const tells = speaks ? `its states are taken from there, and not from ${row.source}` : status
  return `${source}, as ${identity}: ${tells}`
}

/** Why something of it is not connected, in sentences. */
function reasonsOf({ db }: Pick<QueryContext, 'db'>, row: MakerRow): string[] {
  const { entities, not_connected } = announcedBy(db, row.id)
  const refusal = db.prepare('SELECT refusal FROM maker_devices WHERE id = ?').pluck().get(row.id) as string | null
  const off = entities.filter(({ enabled }) => !enabled)
  return [
    ...not_connected.map(({ part, component, name, reason }) => `${name ?? (part || component)}: ${reason}`),
    ...off.map(({ name, uniqueId }) => `${name ?? uniqueId}: is switched off where it comes from`),
    ...(row.left_out > 0 ? [`${row.left_out} more entities: there is no room for them`] : []),
    ...(refusal === null ? [] : [refusal]),
  ]
}

/** Only rows after the one with this id. Throws `not_found` when that is gone. */
function behind({ db }: QueryContext, where: Conditions, after: string | undefined): Conditions {
  if (after === undefined) return where
  const last = db.prepare('SELECT status, name FROM maker_devices WHERE id = ?').get(after) as
    | Pick<MakerRow, 'status' | 'name'>
    | undefined
  if (last === undefined) throw noSuchRow(after)
  return conditions({
    sql: `${where.sql} AND (m.status < ? OR (m.status = ? AND (m.name, m.id) > (?, ?)))`,
    values: [...where.values, last.status, last.status, last.name, after],
  })
}
