import type { ComponentChildren } from 'preact'
import { fieldWords } from './field-words.ts'
import type { Schema } from './schema.ts'

interface TableParts {
  rows: Record<string, unknown>[]
  schema: Schema
  /** Names of the columns that are shown, in their order; absent: as the answer has them. */
  columns?: readonly string[] | undefined
  /** Draws one value of a row. */
  cell: (value: unknown, schema: Schema | undefined) => ComponentChildren
  /** Stands at the end of each row. */
  end?: ((row: Record<string, unknown>) => ComponentChildren) | undefined
}

/** Rows of an answer. On a narrow screen each row stands as a card with the names of its fields. */
export function TableView({ rows, schema, columns, cell, end }: TableParts) {
  const names = columns ?? columnsOf(rows, schema)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: one that is too wide is moved in its box, with the keyboard too
    <div class="table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {names.map((name) => (
              <th key={name} scope="col">
                {fieldWords(name)}
              </th>
            ))}
            {end && <td />}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={String(row.id ?? index)}>
              {names.map((name) => (
                <td key={name} data-name={fieldWords(name)}>
                  {cell(row[name], schema.properties?.[name])}
                </td>
              ))}
              {end && <td class="buttons">{end(row)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Those of which some row has something, in the order of the schema, which is the hub's order of importance. */
function columnsOf(rows: Record<string, unknown>[], schema: Schema): string[] {
  const known = Object.keys(schema.properties ?? {})
  const others = rows.flatMap((row) => Object.keys(row)).filter((name) => !known.includes(name))
  return [...new Set([...known, ...others])].filter((name) =>
    rows.some((row) => row[name] !== null && row[name] !== undefined && row[name] !== ''),
  )
}
