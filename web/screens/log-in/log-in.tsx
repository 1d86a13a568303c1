import { useState } from 'preact/hooks'
import { asHubError, type HubError } from '../../hub/hub-error.ts'
import { logIn } from '../../hub/session.ts'
import { Failure } from '../../parts/failure.tsx'
import { Field } from '../../parts/field.tsx'
import { words } from '../../words/words.ts'

export function LogIn({ ended, onDone }: { ended: boolean; onDone: () => void }) {
  const [error, setError] = useState<HubError | null>(null)
  const [busy, setBusy] = useState(false)
  const says = words.value.logIn
  const send = async (event: SubmitEvent) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget as HTMLFormElement)
    setBusy(true)
    setError(null)
    try {
      await logIn(String(given.get('email')), String(given.get('password')))
      onDone()
    } catch (thrown) {
      setError(asHubError(thrown))
      setBusy(false)
    }
  }
  return (
    <main class="alone">
      <img src="/lares.svg" alt="" width="56" height="56" />
      <h1>{words.value.name}</h1>
      {ended && <p role="status">{says.ended}</p>}
      <form class="card" onSubmit={(event) => void send(event)}>
        <Field label={says.email}>
          {(id) => <input id={id} name="email" type="email" autocomplete="username" required />}
        </Field>
        <Field label={says.password}>
          {(id) => <input id={id} name="password" type="password" autocomplete="current-password" required />}
        </Field>
        <Failure error={error} />
        <button type="submit" class="main" disabled={busy}>
          {says.send}
        </button>
      </form>
      <p class="small">{says.noAccount}</p>
      <p class="small">
        <a href="/trust">{words.value.trust.title}</a>
      </p>
    </main>
  )
}
