import { useState } from 'preact/hooks'
import type { PersonaTried } from '../../hub/answers.ts'
import { useDoing } from '../../hub/hub.ts'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Field } from '../../parts/field.tsx'
import { words } from '../../words/words.ts'

/** Says a sentence to a persona or its draft, which nobody hears. */
export function PersonaTry({ persona }: { persona: string }) {
  const says = words.value.personas
  const doing = useDoing()
  const [said, setSaid] = useState('')
  const [tried, setTried] = useState<PersonaTried | null>(null)
  const send = async (event: SubmitEvent) => {
    event.preventDefault()
    setTried(await doing.run<PersonaTried>('personas/try', { persona, said: said.trim() }))
  }
  return (
    <Card title={says.try}>
      <p class="small">{says.tryLead}</p>
      <form onSubmit={(event) => void send(event)}>
        <Field label={says.trySaid}>
          {(id) => (
            <input
              id={id}
              value={said}
              maxLength={1_000}
              autocomplete="off"
              onInput={(event) => setSaid(event.currentTarget.value)}
            />
          )}
        </Field>
        <Failure error={doing.error} />
        <div class="buttons">
          <button type="submit" disabled={doing.busy || said.trim() === ''}>
            {says.trySend}
          </button>
        </div>
      </form>
      {tried !== null && (
        <div aria-live="polite">
          {tried.answer !== null && <p class="words">{tried.answer}</p>}
          <p class="small">
            {says.tried(tried.version)}: {tried.says}
          </p>
          <details>
            <summary>{says.tryGiven}</summary>
            <dl class="given">
              {tried.given.map(({ role, content }, index) => (
                <div key={index}>
                  <dt>{role}</dt>
                  <dd>{content}</dd>
                </div>
              ))}
            </dl>
          </details>
        </div>
      )}
    </Card>
  )
}
