import { Ago } from '../parts/ago.tsx'
import { CopyText } from '../parts/copy-text.tsx'
import { bytesWords, numberWords } from '../words/numbers.ts'
import { spanWords } from '../words/times.ts'
import { words } from '../words/words.ts'
import { fieldWords } from './field-words.ts'
import { present, type Schema } from './schema.ts'
import { TableView } from './table-view.tsx'

/** One value of an answer, by what its schema says it is. Text stays text, whatever stands in it. */
export function ValueView({ value, schema }: { value: unknown; schema?: Schema | undefined }) {
  const shape = present(schema)
  if (value === null || value === undefined || value === '') return <span class="small">–</span>
  if (typeof value === 'boolean') return <>{value ? words.value.common.yes : words.value.common.no}</>
  if (typeof value === 'number') return <NumberView value={value} format={shape.format} />
  if (typeof value === 'string') return <TextView text={value} format={shape.format} />
  if (Array.isArray(value)) return <ListView values={value} schema={shape} />
  return <ObjectView value={value as Record<string, unknown>} schema={shape} />
}

function NumberView({ value, format }: { value: number; format: string | undefined }) {
  if (format === 'time') return <Ago time={value} />
  if (format === 'duration-ms') return <>{spanWords(value)}</>
  if (format === 'duration-s') return <>{spanWords(value * 1_000)}</>
  if (format === 'bytes') return <>{bytesWords(value)}</>
  return <>{Number.isInteger(value) && Math.abs(value) < 10_000 ? value : numberWords(value)}</>
}

function TextView({ text, format }: { text: string; format: string | undefined }) {
  if (format === 'to-type') return <CopyText text={text} />
  if (format === 'id') return <span class="text key">{text}</span>
  return <span class="text">{text}</span>
}

function ListView({ values, schema }: { values: unknown[]; schema: Schema }) {
  if (values.length === 0) return <p class="small">{words.value.common.nothing}</p>
  if (values.every(isObject))
    return (
      <TableView
        rows={values}
        schema={present(schema.items)}
        cell={(value, schema) => <ValueView value={value} schema={schema} />}
      />
    )
  return (
    <ul>
      {values.map((value, index) => (
        <li key={index}>
          <ValueView value={value} schema={schema.items} />
        </li>
      ))}
    </ul>
  )
}

function ObjectView({ value, schema }: { value: Record<string, unknown>; schema: Schema }) {
  return (
    <dl class="figures">
      {Object.entries(value).map(([name, part]) => (
        <div key={name} class={isWide(part) ? 'wide' : ''}>
          <dt>{fieldWords(name)}</dt>
          <dd>
            <ValueView value={part} schema={schema.properties?.[name]} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isWide(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : isObject(value)
}
