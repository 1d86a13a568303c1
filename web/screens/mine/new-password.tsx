import { useState } from 'preact/hooks'
import { asHubError, type HubError } from '../../hub/hub-error.ts'
import { changePassword } from '../../hub/session.ts'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Field } from '../../parts/field.tsx'
import { words } from '../../words/words.ts'

/** As the hub wants it; it says so itself too. */
const LEAST = 10

/** Gives whoever is logged in another password, for the present one. Every other browser is logged out by that. */
export function NewPassword({ onChanged }: { onChanged: () => void }) {
  const says = words.value.mine
  const [state, setState] = useState<{ busy: boolean; error: HubError | null; ended: number | null }>({
    ...{ busy: false, error: null, ended: null },
  })
  const send = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.currentTarget as HTMLFormElement
    const given = new FormData(form)
    setState({ busy: true, error: null, ended: null })
    try {
      const ended = await changePassword(String(given.get('present')), String(given.get('new')))
      setState({ busy: false, error: null, ended })
      form.reset()
      onChanged()
    } catch (thrown) {
      setState({ busy: false, error: asHubError(thrown), ended: null })
    }
  }
  return (
    <Card title={says.password} class="narrow">
      <form onSubmit={(event) => void send(event)}>
        <Field label={says.present}>
          {(id) => <input id={id} name="present" type="password" autocomplete="current-password" required />}
        </Field>
        <Field label={says.next} hint={words.value.setUp.atLeast(LEAST)}>
          {(id) => <input id={id} name="new" type="password" autocomplete="new-password" minLength={LEAST} required />}
        </Field>
        <Failure error={state.error} />
        {state.ended !== null && <p role="status">{says.changed(state.ended)}</p>}
        <button type="submit" class="main" disabled={state.busy}>
          {words.value.common.save}
        </button>
      </form>
    </Card>
  )
}
