import type { CentralReference } from '../hub/store/central-shape.ts'
import type { Check, Index, PostgresColumn } from './catalogue.ts'
import type { Queryable } from './connect.ts'

/** A table as the database has it now. Defaults and checks are in the words of Postgres. */
export interface LiveTable {
  name: string
  kind: string
  keyColumn: string
  partition: string | null
  columns: PostgresColumn[]
  primaryKey: string[]
  indexes: Index[]
  checks: Check[]
  references: CentralReference[]
}

const COLUMNS = `
  SELECT c.relname AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
    a.attnotnull AS "notNull", pg_get_expr(d.adbin, d.adrelid) AS default
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE c.relnamespace = 'lares'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY a.attnum`

const INDEXES = `
  SELECT c.relname AS table, i.relname AS name, m.amname AS method, x.indisprimary AS primary,
    (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(x.indkey::int[]) WITH ORDINALITY k(attnum, place)
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum) AS columns
  FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am m ON m.oid = i.relam
  WHERE c.relnamespace = 'lares'::regnamespace
  ORDER BY i.relname`

const CHECKS = `
  SELECT c.relname AS table, k.conname AS name, pg_get_expr(k.conbin, k.conrelid) AS sql
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
  WHERE c.relnamespace = 'lares'::regnamespace AND k.contype = 'c'
  ORDER BY k.conname`

/** The tables with rows of houses that the database has, as its own catalogue says. */
export async function readLiveCatalogue(db: Queryable): Promise<LiveTable[]> {
  const tables = await db.query<{ name: string; kind: string; key_column: string; partition_column: string | null }>(
    'SELECT name, kind, key_column, partition_column FROM lares.tables ORDER BY name',
  )
  const columns = await db.query<PostgresColumn & { table: string }>(COLUMNS)
  const indexes = await db.query<Index & { table: string; primary: boolean }>(INDEXES)
  const checks = await db.query<Check & { table: string }>(CHECKS)
  const references = await db.query<CentralReference & { of: string }>(
    'SELECT table_name AS of, column_name AS column, epoch_column AS "epochColumn", target AS table, owned FROM lares.table_references',
  )
  return tables.rows.map(({ name, kind, key_column, partition_column }) => {
    const own = indexes.rows.filter(({ table }) => table === name)
    return {
      name,
      kind,
      keyColumn: key_column,
      partition: partition_column,
      columns: columns.rows.filter(({ table }) => table === name).map(({ table: _, ...column }) => column),
      primaryKey: own.find(({ primary }) => primary)?.columns ?? [],
      indexes: own.filter(({ primary }) => !primary).map(({ table: _, primary: __, ...index }) => index),
      checks: checks.rows.filter(({ table }) => table === name).map(({ table: _, ...check }) => check),
      references: references.rows.filter(({ of }) => of === name).map(({ of: _, ...reference }) => reference),
    }
  })
}
