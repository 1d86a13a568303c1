import { useState } from 'preact/hooks'
import { asHubError, type HubError } from '../../hub/hub-error.ts'
import { setUp } from '../../hub/session.ts'
import { Failure } from '../../parts/failure.tsx'
import { Field } from '../../parts/field.tsx'
import { words } from '../../words/words.ts'
import { forgetSetupCode } from './setup-code.ts'

/** As the hub wants it; it says so itself too. */
const LEAST = 10

/** Makes the owner's account. */
export function SetUp({ code, onDone }: { code: string; onDone: () => void }) {
  const [error, setError] = useState<HubError | null>(null)
  const [busy, setBusy] = useState(false)
  const says = words.value.setUp
  const leave = () => {
    forgetSetupCode()
    onDone()
  }
  const send = async (event: SubmitEvent) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget as HTMLFormElement)
    const text = (name: string) => String(given.get(name) ?? '')
    setBusy(true)
    setError(null)
    try {
      await setUp({ code, email: text('email'), password: text('password'), full_name: text('name') })
      forgetSetupCode()
      onDone()
    } catch (thrown) {
      setError(asHubError(thrown))
      setBusy(false)
    }
  }
  return (
    <main class="alone">
      <img src="/lares.svg" alt="" width="56" height="56" />
      <h1>{says.title}</h1>
      <p>{says.lead}</p>
      <form class="card" onSubmit={(event) => void send(event)}>
        <Field label={says.name}>{(id) => <input id={id} name="name" autocomplete="name" required />}</Field>
        <Field label={words.value.logIn.email}>
          {(id) => <input id={id} name="email" type="email" autocomplete="username" required />}
        </Field>
        <Field label={words.value.logIn.password} hint={says.atLeast(LEAST)}>
          {(id) => (
            <input id={id} name="password" type="password" autocomplete="new-password" minLength={LEAST} required />
          )}
        </Field>
        <Failure error={error} />
        <button type="submit" class="main" disabled={busy}>
          {says.send}
        </button>
      </form>
      <button type="button" class="quiet" onClick={leave}>
        {says.haveOne}
      </button>
    </main>
  )
}
