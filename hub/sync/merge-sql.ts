import { centralKey, isAppend, isVersioned } from '../store/central-shape.ts'
import type { Stage } from './upload-source.ts'

/** The statements that bring the lines of one stage into their table. `$1` is the site, `$2` the epoch of the stream. */
export interface MergeSql {
  create: string
  copy: string
  merge: string
  empty: string
}

const VERSION = ['sync_epoch', 'sync_seq', 'deleted_at']

const q = (name: string) => `"${name}"`

/**
 * COPY goes into a temporary table, because Postgres refuses it under row level security, and an INSERT … SELECT takes the
 * rows over in the order of the key, so that two hubs never wait for each other in a circle.
 *
 * Rows that may change win by their version alone, so any order of batches ends in the same table. A row that is gone gets
 * `deleted_at` and keeps the columns of the newest version that had any, also where that version comes later than the news
 * that the row is gone.
 */
export function mergeSql({ encoder }: Pick<Stage, 'encoder'>): MergeSql {
  const { table, stage } = encoder
  const name = `stage_${table.name}`
  const target = `lares.${q(table.name)}`
  const append = isAppend(table)
  const versioned = isVersioned(table)
  const plain = stage.filter(({ role }) => role !== 'own')
  const has = (column: string) => stage.some((staged) => staged.role === 'own' && staged.name === column)

  const values = new Map<string, string>([['site_id', '$1::uuid']])
  if (append) values.set('epoch', has('epoch') ? 's.epoch' : '$2::integer')
  for (const { name: column, role } of plain)
    values.set(
      column,
      role === 'time' ? `timestamptz 'epoch' + s.${q(column)} * interval '1 millisecond'` : `s.${q(column)}`,
    )
  if (versioned) {
    values.set('sync_epoch', '$2::integer')
    values.set('sync_seq', has('sync_seq') ? 's.sync_seq' : '0')
  }
  // What central had no column for and has one now must not stand there twice.
  if (!plain.some(({ name: column }) => column === 'extra')) values.set('extra', 'NULL::jsonb')
  if (has('gone')) values.set('deleted_at', 'CASE WHEN s.gone THEN now() END')

  const key = centralKey(table)
  const columns = [...values.keys()].map(q).join(', ')
  const order = key.filter((column) => column !== 'site_id').map((column) => values.get(column) ?? q(column))
  const conflict = versioned ? newerWins([...values.keys()], key) : 'DO NOTHING'
  return {
    // Every statement takes both values, also where it needs only one of them.
    create: `CREATE TEMP TABLE ${name} (${stage.map(({ name: column, type }) => `${q(column)} ${type}`).join(', ')}) ON COMMIT DROP`,
    copy: `COPY pg_temp.${name} FROM STDIN`,
    merge:
      `INSERT INTO ${target} AS t (${columns}) SELECT ${[...values.values()].join(', ')} FROM pg_temp.${name} s ` +
      `WHERE $2::integer IS NOT NULL ORDER BY ${order.join(', ')} ON CONFLICT (${key.map(q).join(', ')}) ${conflict}`,
    empty: `TRUNCATE pg_temp.${name}`,
  }

  function newerWins(all: string[], keys: string[]): string {
    const newer = '(t.sync_epoch, t.sync_seq) < (excluded.sync_epoch, excluded.sync_seq)'
    const own = all.filter((column) => !keys.includes(column))
    if (!has('gone'))
      return `DO UPDATE SET ${[...own.map((column) => `${q(column)} = excluded.${q(column)}`), 'synced_at = now()'].join(', ')} WHERE ${newer}`
    const set = own.map((column) => {
      const taken = VERSION.includes(column) ? newer : 'excluded.deleted_at IS NULL'
      return `${q(column)} = CASE WHEN ${taken} THEN excluded.${q(column)} ELSE t.${q(column)} END`
    })
    for (const part of ['epoch', 'seq'])
      set.push(
        `content_${part} = CASE WHEN NOT (${newer}) THEN excluded.sync_${part} WHEN excluded.deleted_at IS NULL THEN NULL ` +
          `WHEN t.deleted_at IS NULL THEN t.sync_${part} ELSE t.content_${part} END`,
      )
    const late =
      'excluded.deleted_at IS NULL AND t.deleted_at IS NOT NULL AND ' +
      '(coalesce(t.content_epoch, -1), coalesce(t.content_seq, -1)) < (excluded.sync_epoch, excluded.sync_seq)'
    return `DO UPDATE SET ${set.join(', ')}, synced_at = now() WHERE ${newer} OR (${late})`
  }
}
