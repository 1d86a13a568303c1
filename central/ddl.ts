import { escapeIdentifier, escapeLiteral } from 'pg'
import type { CentralReference } from '../hub/store/central-shape.ts'
import type { CatalogueTable, Check, Index, PostgresColumn } from './catalogue.ts'

/** The statements that make a table, with its rights, partitions and indexes. */
export function createTable(table: CatalogueTable): string[] {
  const lines = [
    ...table.columns.map(columnText),
    `PRIMARY KEY (${names(table.primaryKey)})`,
    ...table.checks.map(checkText),
  ]
  const partitioned = table.partition === null ? '' : ` PARTITION BY RANGE (${name(table.partition)})`
  return [
    `CREATE TABLE ${qualified(table.name)} (\n  ${lines.join(',\n  ')}\n)${partitioned};`,
    `SELECT lares.add_table(${[table.name, table.kind, table.keyColumn, table.partition].map(literal).join(', ')});`,
    ...table.indexes.map((index) => createIndex(table.name, index)),
    ...table.references.map((reference) => addReference(table.name, reference)),
  ]
}

/** A column and, in the rows that are there, the values that newer hubs sent for it meanwhile. */
export function addColumn(table: string, column: PostgresColumn): string[] {
  return [
    `ALTER TABLE ${qualified(table)} ADD COLUMN ${columnText(column)};`,
    `SELECT lares.take_from_extra(${literal(table)}, ${literal(column.name)});`,
  ]
}

export function addCheck(table: string, check: Check): string {
  return `ALTER TABLE ${qualified(table)} ADD ${checkText(check)};`
}

/** An index of a partitioned table is made on every partition, also on those to come. */
export function createIndex(table: string, { name: index, method, columns }: Index): string {
  const using = method === 'btree' ? '' : ` USING ${method}`
  return `CREATE INDEX ${name(index)} ON ${qualified(table)}${using} (${names(columns)});`
}

export function addReference(table: string, { column, epochColumn, table: target, owned }: CentralReference): string {
  return `SELECT lares.add_reference(${[table, column, epochColumn, target].map(literal).join(', ')}, ${owned});`
}

function columnText({ name: column, type, notNull, default: value }: PostgresColumn): string {
  return `${name(column)} ${type}${notNull ? ' NOT NULL' : ''}${value === null ? '' : ` DEFAULT ${value}`}`
}

function checkText({ name: check, sql }: Check): string {
  return `CONSTRAINT ${name(check)} CHECK (${sql})`
}

function qualified(table: string): string {
  return `lares.${name(table)}`
}

function names(columns: string[]): string {
  return columns.map(name).join(', ')
}

function name(identifier: string): string {
  return escapeIdentifier(identifier)
}

function literal(value: string | null): string {
  return value === null ? 'NULL' : escapeLiteral(value)
}
