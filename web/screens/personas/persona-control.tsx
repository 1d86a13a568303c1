import { useId } from 'preact/hooks'
import { words } from '../../words/words.ts'
import type { PersonaField } from './persona-fields.ts'

interface PersonaControlParts {
  field: PersonaField
  value: string
  /** What the hub says is wrong with it. */
  fault: string | undefined
  onInput: (value: string) => void
}

/** One setting of a persona, with what is wrong with it beside it. */
export function PersonaControl({ field: { label, kind }, value, fault, onInput }: PersonaControlParts) {
  const says = words.value.personas
  const id = useId()
  const common = {
    ...{ id, value, 'aria-invalid': fault !== undefined },
    ...(fault === undefined ? {} : { 'aria-describedby': `${id}-fault` }),
  }
  return (
    <div class={`field ${kind === 'long' ? 'wide' : ''}`}>
      <label for={id}>{says.fields[label]}</label>
      {typeof kind !== 'string' ? (
        <select {...common} onChange={(event) => onInput(event.currentTarget.value)}>
          {kind.map((one) => (
            <option key={one} value={one}>
              {says.choices[one] ?? one}
            </option>
          ))}
        </select>
      ) : kind === 'long' ? (
        <textarea {...common} rows={8} onInput={(event) => onInput(event.currentTarget.value)} />
      ) : (
        <input
          {...common}
          autocomplete="off"
          inputMode={kind === 'number' ? 'decimal' : 'text'}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
      {fault !== undefined && (
        <p id={`${id}-fault`} class="fault">
          {fault}
        </p>
      )}
    </div>
  )
}
