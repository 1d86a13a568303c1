import { z } from 'zod'
import { time } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import type { Database } from '../../../shared/sqlite/open.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { conditions, page } from '../../query/list-query.ts'
import { newestKey } from '../../store/append-keys.ts'
import { type FollowedTable, firstAfter, rowsFrom } from './followed-table.ts'
import { type DurableRow, followedOf, followerRow, followerRows, moveOn } from './follower-row.ts'
import { addGap, GAP_REASONS } from './gaps.ts'
import { tellTrouble } from './getting-on.ts'
import { otherPositions } from './other-positions.ts'

const STATES = ['following', 'behind', 'failing', 'unwanted'] as const

const line = z.strictObject({
  name: z.string(),
  kind: z.enum(['inside', 'outside', 'fleeting', 'sync']),
  table: z.string(),
  state: z.enum(STATES),
  lag_rows: z.number().nullable(),
  lag_seconds: z.number().nullable(),
  lost_rows: z.number(),
  gaps: z.number(),
  last_error: z.string().nullable(),
  failing_since: time.nullable(),
  position: z.number().nullable(),
})

export const listFollowers = adminCommand({
  area: 'followers',
  verb: 'list',
  needs: 'administer',
  summary: 'Who follows what is stored, how far they are, and what they lost',
  params: z.strictObject({}),
  result: z.strictObject({ followers: z.array(line) }),
  examples: [{ says: 'whether everything arrives where it is to go', params: {} }],
  changes: false,
  query({ db, now }) {
    const gaps = new Map(
      db.prepare('SELECT follower, count(*) FROM follower_gaps GROUP BY follower').raw().all() as [string, number][],
    )
    const own = followerRows(db).map((row) => {
      const wanted = row.is_wanted === 1
      const lag = row.position === null || !wanted ? NO_LAG : lagOf(db, followedOf(row), { at: row.position, now })
      const state = !wanted ? 'unwanted' : row.last_error !== null ? 'failing' : stateOf(lag)
      const { name, kind, table_name: table, position, last_error, lost_rows, failing_since } = row
      return {
        ...{ name, kind, table, state, ...lag, lost_rows, gaps: gaps.get(name) ?? 0 },
        ...{ last_error, failing_since, position },
      }
    })
    const others = otherPositions(db).map(({ name, kind, position, usualLagMs, ...table }) => {
      const lag = lagOf(db, table, { at: position, now })
      return {
        ...{ name, kind, table: table.table, state: stateOf(lag, usualLagMs), ...lag, lost_rows: 0, gaps: 0 },
        ...{ last_error: null, failing_since: null, position },
      }
    })
    return { followers: [...own, ...others] }
  },
})

interface Lag {
  lag_rows: number | null
  lag_seconds: number | null
}

const NO_LAG: Lag = { lag_rows: null, lag_seconds: null }
/** Who gathers rows is not behind for that. */
const BEHIND_S = 120

function lagOf(db: Database, of: FollowedTable, { at, now }: { at: number; now: number }): Lag {
  const first = firstAfter(db, of, at)
  if (first === null) return { lag_rows: 0, lag_seconds: 0 }
  return {
    lag_rows: rowsFrom(db, of, first.id),
    lag_seconds: Math.max(0, Math.round((now - first.at) / 1_000)),
  }
}

function stateOf({ lag_seconds }: Lag, usualLagMs = 0): 'behind' | 'following' {
  return (lag_seconds ?? 0) > BEHIND_S + usualLagMs / 1_000 ? 'behind' : 'following'
}

export const listGaps = adminCommand({
  area: 'followers',
  verb: 'gaps',
  needs: 'administer',
  summary: 'Rows that a follower never had, newest first: which, how many and why',
  params: z.strictObject({
    name: text(40).optional(),
    limit: z.int().min(1).max(200).default(50),
    after: z.int().optional(),
  }),
  result: z.strictObject({
    gaps: z.array(
      z.strictObject({
        began_at: time,
        ended_at: time,
        follower: z.string(),
        table: z.string(),
        rows: z.number(),
        reason: z.enum(GAP_REASONS),
        first_id: z.number(),
        last_id: z.number(),
        error: z.string().nullable(),
        id: z.number(),
      }),
    ),
    next: z.number().optional(),
  }),
  examples: [{ says: 'what was lost', params: {} }],
  positional: ['name'],
  changes: false,
  query({ db }, params) {
    const where = conditions().when('follower = ?', params.name).when('id < ?', params.after)
    const rows = db
      .prepare(
        `SELECT began_at, ended_at, follower, table_name AS "table", rows, reason, first_id, last_id, error, id FROM follower_gaps WHERE ${where.sql} ORDER BY id DESC LIMIT ?`,
      )
      .all(...where.values, params.limit + 1) as { id: number }[]
    const { rows: gaps, next } = page(rows, params.limit, ({ id }) => id)
    return { gaps, ...(next === undefined ? {} : { next }) }
  },
})

export const skipRow = adminCommand({
  area: 'followers',
  verb: 'skip',
  needs: 'administer',
  summary: 'Have a follower pass over the next row, which it cannot take, or over everything up to now',
  params: z.strictObject({
    name: text(40).min(1),
    /** Not only the next row. */
    all: z.boolean().default(false).describe('everything that waits, not only the next row'),
  }),
  result: z.strictObject({
    name: z.string(),
    table: z.string(),
    first_id: z.number(),
    last_id: z.number(),
    rows: z.number(),
  }),
  examples: [{ says: 'when it stays at one row', params: { name: 'influx' } }],
  positional: ['name'],
  changes: true,
  danger({ db }, params) {
    const row = durable(db, params.name)
    const { first, rows } = nextRows(db, row, params.all)
    const which =
      rows === 1 ? `Row ${first} of ${row.table_name}` : `${rows} rows of ${row.table_name}, from ${first} on,`
    return `${which} will never get to "${row.name}".`
  },
  run(context, params) {
    const { db, caller } = context
    const row = durable(db, params.name)
    const { name, table_name: table } = row
    const { first, last, rows } = nextRows(db, row, params.all)
    moveOn(db, { name, from: row.position, upto: last })
    addGap(context, { follower: name, table, first, last, rows, reason: 'skipped' })
    context.addEvent({
      type: 'follower_skipped',
      source: 'user',
      data: { name, table, first, last, rows, by: caller.principal },
    })
    tellTrouble(context, name)
    context.effect({ kind: 'followers_changed' })
    return { name, table, first_id: first, last_id: last, rows }
  },
})

export const forgetFollower = adminCommand({
  area: 'followers',
  verb: 'forget',
  needs: 'administer',
  summary: 'Remove the position of a follower that this hub has no more, or does not want any more',
  params: z.strictObject({ name: text(40).min(1) }),
  result: z.strictObject({ name: z.string() }),
  examples: [{ says: 'after it was taken out of hub.toml for good', params: { name: 'webhooks' } }],
  positional: ['name'],
  changes: true,
  danger({ db }, { name }) {
    const { table_name } = unwanted(db, name)
    return `If "${name}" is wanted again, it begins anew: rows of ${table_name} stored meanwhile may never get there.`
  },
  run(context, { name }) {
    const { db, caller } = context
    unwanted(db, name)
    db.prepare('DELETE FROM followers WHERE name = ?').run(name)
    db.prepare('DELETE FROM follower_gaps WHERE follower = ?').run(name)
    context.addEvent({ type: 'follower_forgotten', source: 'user', data: { name, by: caller.principal } })
    context.effect({ kind: 'followers_changed' })
    return { name }
  },
})

function nextRows(db: Database, row: DurableRow, all: boolean): { first: number; last: number; rows: number } {
  const next = firstAfter(db, followedOf(row), row.position)
  if (next === null)
    throw new LaresError('bad_params', `"${row.name}" has had everything: there is nothing to pass over`, {
      hint: 'See lares followers list.',
    })
  if (!all) return { first: next.id, last: next.id, rows: 1 }
  const last = newestKey(db, row.table_name)
  return { first: next.id, last, rows: rowsFrom(db, followedOf(row), next.id) }
}

function known(db: Database, name: string) {
  const row = followerRow(db, name)
  if (!row && otherPositions(db).some((other) => other.name === name))
    throw new LaresError('bad_params', `"${name}" keeps its position itself: nothing passes over its rows`, {
      hint: 'It goes on by itself. Central is looked after with lares sync status.',
    })
  if (!row) throw new LaresError('not_found', `there is no follower "${name}"`, { hint: 'See lares followers list.' })
  return row
}

function durable(db: Database, name: string): DurableRow {
  const row = known(db, name)
  const { position } = row
  if (position === null || row.is_wanted === 0)
    throw new LaresError('bad_params', `"${name}" waits for nothing: no row is kept for it`, {
      hint: 'See lares followers list.',
    })
  return { ...row, position }
}

function unwanted(db: Database, name: string) {
  const row = known(db, name)
  if (row.is_wanted === 1)
    throw new LaresError('bad_params', `"${name}" is in use`, {
      hint: 'Take it out of hub.toml first, or pass over what waits: lares followers skip NAME --all.',
    })
  return row
}

export const COMMANDS = [listFollowers, listGaps, skipRow, forgetFollower] as const
