import { useState } from 'preact/hooks'
import type { PersonaDifferences } from '../../hub/answers.ts'
import { useAnswer, useDoing } from '../../hub/hub.ts'
import { AskFirst } from '../../parts/ask-first.tsx'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Field } from '../../parts/field.tsx'
import { words } from '../../words/words.ts'
import { DifferenceTable } from './difference-table.tsx'

const BUMPS = ['patch', 'minor', 'major'] as const

interface PersonaDraftParts {
  id: string
  /** Whether no version of it was ever published: everything is new. */
  isNew: boolean
  changes: number
  onChanged: () => void
}

/** What a draft changes, and publishing it or throwing it away. */
export function PersonaDraft({ id, isNew, changes, onChanged }: PersonaDraftParts) {
  const says = words.value.personas
  const doing = useDoing()
  const differs = useAnswer<PersonaDifferences>(isNew ? null : 'personas/diff', { persona: id }, changes)
  const [asks, setAsks] = useState(false)
  const publish = async (event: SubmitEvent) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget as HTMLFormElement)
    const notes = String(given.get('notes')).trim()
    const params = { persona: id, bump: given.get('bump'), ...(notes === '' ? {} : { notes }) }
    const anyway = given.get('anyway') === 'on' ? { anyway: true } : {}
    if ((await doing.run('personas/publish', { ...params, ...anyway })) !== null) onChanged()
  }
  return (
    <Card title={says.changes} class="warn">
      {isNew ? <p>{says.never}</p> : <Failure error={differs.error} />}
      {differs.data !== null && <DifferenceTable differences={differs.data.differences} />}
      <form onSubmit={(event) => void publish(event)}>
        <Field label={says.bump}>
          {(field) => (
            <select id={field} name="bump">
              {BUMPS.map((one) => (
                <option key={one} value={one}>
                  {says.bumps[one]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={says.notes}>
          {(field) => <input id={field} name="notes" maxLength={2_000} autocomplete="off" />}
        </Field>
        <Failure error={doing.error} />
        {doing.error !== null && (
          <label class="check">
            <input type="checkbox" name="anyway" /> {says.newer}
          </label>
        )}
        <div class="buttons">
          <button type="submit" class="main" disabled={doing.busy}>
            {says.publish}
          </button>
          <button type="button" class="danger" onClick={() => setAsks(true)}>
            {says.discard}
          </button>
        </div>
      </form>
      {asks && (
        <AskFirst
          title={says.discard}
          question={says.discardAsk}
          command="personas/edit"
          params={{ persona: id, discard: true }}
          dangerous
          onClose={() => setAsks(false)}
          onDone={() => {
            setAsks(false)
            onChanged()
          }}
        />
      )}
    </Card>
  )
}
