import { useDoing } from '../../hub/hub.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Field } from '../../parts/field.tsx'
import { words } from '../../words/words.ts'

interface NewPersonaParts {
  /** Ids of those that one can begin with. */
  known: readonly string[]
  onClose: () => void
  onDone: (persona: string) => void
}

/** Begins a draft: nobody hears it before it is published. */
export function NewPersona({ known, onClose, onDone }: NewPersonaParts) {
  const says = words.value.personas
  const doing = useDoing()
  const send = async (event: SubmitEvent) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget as HTMLFormElement)
    const text = (name: string) => String(given.get(name) ?? '').trim()
    const said = { name: text('name'), from: text('from'), prompt: text('prompt') }
    const params = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== ''))
    const made = await doing.run<{ persona: string }>('personas/create', { persona: text('persona'), ...params })
    if (made !== null) onDone(made.persona)
  }
  return (
    <Dialog title={says.add} onClose={onClose}>
      <form onSubmit={(event) => void send(event)}>
        <Field label={says.id}>{(id) => <input id={id} name="persona" required maxLength={50} />}</Field>
        <Field label={says.fields.name}>{(id) => <input id={id} name="name" maxLength={100} />}</Field>
        <Field label={says.from}>
          {(id) => (
            <select id={id} name="from">
              <option value="">{says.fromNobody}</option>
              {known.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={says.prompt}>{(id) => <textarea id={id} name="prompt" maxLength={8_000} />}</Field>
        <Failure error={doing.error} />
        <div class="buttons">
          <button type="submit" class="main" disabled={doing.busy}>
            {says.add}
          </button>
          <button type="button" onClick={onClose}>
            {words.value.common.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
