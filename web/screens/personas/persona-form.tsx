import { useState } from 'preact/hooks'
import type { PersonaShown } from '../../hub/answers.ts'
import { useDoing } from '../../hub/hub.ts'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { words } from '../../words/words.ts'
import { PersonaControl } from './persona-control.tsx'
import { changedParts, faultsOf, PERSONA_FIELDS, typedOf } from './persona-fields.ts'

interface PersonaFormParts {
  id: string
  definition: PersonaShown['definition']
  /** What is shown: the draft, or what is in force. */
  says: string
  /** Whether it is changed elsewhere. */
  isCentral: boolean
  onChanged: () => void
}

/** The whole definition, to be changed; what is changed is kept as the draft. */
export function PersonaForm({ id, definition, says: lead, isCentral, onChanged }: PersonaFormParts) {
  const says = words.value.personas
  const doing = useDoing()
  const before = typedOf(definition)
  const [typed, setTyped] = useState(before)
  const parts = changedParts(before, typed)
  const isChanged = Object.keys(parts).length > 0
  const faults = doing.error?.code === 'bad_params' ? faultsOf(doing.error.message) : new Map<string, string>()
  const save = async (event: SubmitEvent) => {
    event.preventDefault()
    if ((await doing.run('personas/edit', { persona: id, definition: parts })) !== null) onChanged()
  }
  return (
    <Card title={says.definition}>
      <p class="small">{lead}</p>
      <form onSubmit={(event) => void save(event)} noValidate>
        {(Object.keys(PERSONA_FIELDS) as (keyof typeof PERSONA_FIELDS)[]).map((group) => (
          <fieldset key={group} class="persona" disabled={isCentral}>
            <legend>{says.groups[group]}</legend>
            {group === 'engines' && <p class="small">{says.enginesHint}</p>}
            {PERSONA_FIELDS[group].map((field) => (
              <PersonaControl
                key={field.path}
                field={field}
                value={typed[field.path] ?? ''}
                fault={faults.get(field.path)}
                onInput={(value) => setTyped((all) => ({ ...all, [field.path]: value }))}
              />
            ))}
          </fieldset>
        ))}
        <Failure error={doing.error} />
        {!isCentral && (
          <div class="buttons">
            <button type="submit" class="main" disabled={doing.busy || !isChanged}>
              {says.saveDraft}
            </button>
            {isChanged && (
              <button type="button" onClick={() => setTyped(before)}>
                {words.value.common.cancel}
              </button>
            )}
          </div>
        )}
      </form>
    </Card>
  )
}
