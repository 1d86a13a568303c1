import {
  type CentralColumn,
  type CentralReference,
  type CentralTable,
  centralKey,
  hasTombstones,
  isAppend,
  isVersioned,
} from '../hub/store/central-shape.ts'

/** A column as Postgres has it. */
export interface PostgresColumn {
  name: string
  type: string
  notNull: boolean
  /** SQL, or `null` for none. */
  default: string | null
}

export interface Index {
  name: string
  method: 'btree' | 'brin'
  columns: string[]
}

export interface Check {
  name: string
  sql: string
}

/** A table of the Postgres schema `lares` with rows of houses: what central-shape.ts says, spelled out for Postgres. */
export interface CatalogueTable {
  name: string
  kind: CentralTable['kind']
  keyColumn: string
  partition: string | null
  columns: PostgresColumn[]
  primaryKey: string[]
  indexes: Index[]
  checks: Check[]
  references: CentralReference[]
}

/** Names in Postgres end after 63 bytes, silently. */
const NAME_BYTES = 63

export function catalogueTable(table: CentralTable): CatalogueTable {
  const primaryKey = centralKey(table)
  return {
    name: table.name,
    kind: table.kind,
    keyColumn: table.key,
    partition: table.partition,
    columns: columnsOf(table, primaryKey),
    primaryKey,
    indexes: indexesOf(table, primaryKey),
    checks: table.checks.map(({ name, sql }) => ({ name, sql })),
    references: table.references,
  }
}

/** Narrow columns of fixed width stand in front, so that readings, of which there are most, waste no padding. */
function columnsOf(table: CentralTable, primaryKey: string[]): PostgresColumn[] {
  const needed = (name: string, type: string): PostgresColumn => ({ name, type, notNull: true, default: null })
  const optional = (name: string, type: string, value: string | null = null): PostgresColumn => ({
    name,
    type,
    notNull: false,
    default: value,
  })
  const own = ({ name, type, default: value }: CentralColumn): PostgresColumn => ({
    name,
    type,
    notNull: primaryKey.includes(name),
    default: value,
  })
  const all = [
    needed('site_id', 'uuid'),
    ...(isAppend(table) ? [needed('epoch', 'integer')] : []),
    ...table.references.flatMap(({ epochColumn }) => (epochColumn === null ? [] : [optional(epochColumn, 'integer')])),
    ...table.columns.map(own),
    ...(isVersioned(table) ? [needed('sync_epoch', 'integer'), needed('sync_seq', 'bigint')] : []),
    ...(hasTombstones(table)
      ? [optional('deleted_at', 'timestamptz'), optional('content_epoch', 'integer'), optional('content_seq', 'bigint')]
      : []),
    optional('extra', 'jsonb'),
    optional('synced_at', 'timestamptz', 'now()'),
  ]
  const twice = all.find(({ name }, place) => all.findIndex((other) => other.name === name) !== place)
  if (twice) throw new Error(`the column ${twice.name} of ${table.name} collides with one that central adds`)
  return all
}

/** site_id in front, an epoch in front of every key that needs one, and none that another index begins with. */
function indexesOf(table: CentralTable, primaryKey: string[]): Index[] {
  const epochs = new Map(table.references.map(({ column, epochColumn }) => [column, epochColumn]))
  const list = (columns: string[]) => [
    'site_id',
    ...columns.flatMap((column) => {
      const epoch = epochs.get(column) ?? null
      return epoch === null ? [column] : [epoch, column]
    }),
  ]
  const wanted = [
    ...table.indexes.map(({ name, columns }) => ({ name, columns: list(columns) })),
    ...table.references.map(({ column }) => ({ name: `ix_${table.name}_${column}`, columns: list([column]) })),
  ]
  const beginsWith = (whole: string[], part: string[]) => part.every((column, place) => whole[place] === column)
  const trees = wanted.filter(
    ({ columns }, place) =>
      !beginsWith(primaryKey, columns) &&
      !wanted.some(
        (other, at) =>
          at !== place && beginsWith(other.columns, columns) && (other.columns.length > columns.length || at < place),
      ),
  )
  const brin: Index[] =
    table.partition === null
      ? []
      : [{ name: `bx_${table.name}_${table.partition}`, method: 'brin', columns: [table.partition] }]
  const all: Index[] = [...trees.map((index): Index => ({ ...index, method: 'btree' })), ...brin]
  for (const { name } of all)
    if (Buffer.byteLength(name) > NAME_BYTES) throw new Error(`the index name ${name} is too long for Postgres`)
  return all
}
