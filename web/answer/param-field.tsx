import type { ComponentChildren } from 'preact'
import { Field } from '../parts/field.tsx'
import { KnownInput } from '../parts/known-input.tsx'
import { words } from '../words/words.ts'
import { fieldWords } from './field-words.ts'
import { allows, present, type Schema } from './schema.ts'

interface ParamParts {
  name: string
  schema: Schema
  required: boolean
  /** Nobody may look at it while it is typed. */
  secret: boolean
  value: string
  onInput: (value: string) => void
  /** Names that the hub knows, for a param that names something. */
  known?: readonly string[] | undefined
}

/** What a param is entered with, by its schema. What it takes is judged by the hub alone. */
export function ParamField({ name, schema, required, secret, value, onInput, known }: ParamParts) {
  const shape = present(schema)
  const hint = [schema.description, required ? undefined : words.value.console.optional].filter(Boolean).join('; ')
  const control = (id: string): ComponentChildren => {
    if (shape.enum !== undefined || allows(schema, 'boolean'))
      return (
        <select id={id} value={value} required={required} onChange={(event) => onInput(event.currentTarget.value)}>
          <option value="" />
          {(shape.enum ?? ['true', 'false']).map((one) => (
            <option key={String(one)} value={String(one)}>
              {one === 'true' ? words.value.common.yes : one === 'false' ? words.value.common.no : String(one)}
            </option>
          ))}
        </select>
      )
    if (shape.type === 'array' || shape.type === 'object')
      return (
        <textarea id={id} value={value} required={required} onInput={(event) => onInput(event.currentTarget.value)} />
      )
    if (secret)
      return (
        <input
          id={id}
          type="password"
          autocomplete="off"
          value={value}
          required={required}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )
    return <KnownInput id={id} value={value} required={required} known={known ?? []} onInput={onInput} />
  }
  return (
    <Field label={fieldWords(name)} hint={hint === '' ? undefined : hint}>
      {control}
    </Field>
  )
}
