import { useState } from 'preact/hooks'
import type { PersonaTried } from '../../hub/answers.ts'
import { hearSentence } from '../../hub/hear-sentence.ts'
import { useDoing, useHub } from '../../hub/hub.ts'
import { asHubError, type HubError } from '../../hub/hub-error.ts'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Field } from '../../parts/field.tsx'
import { SpeakButton } from '../../parts/speak-button.tsx'
import { language, words } from '../../words/words.ts'

/** Says a sentence to a persona or its draft, which nobody hears. */
export function PersonaTry({ persona }: { persona: string }) {
  const says = words.value.personas
  const { connection } = useHub()
  const doing = useDoing()
  const [said, setSaid] = useState('')
  const [tried, setTried] = useState<PersonaTried | null>(null)
  const [isHearing, setHearing] = useState(false)
  const [wrong, setWrong] = useState<HubError | null>(null)
  const [heardNothing, setHeardNothing] = useState(false)
  const busy = doing.busy || isHearing
  const say = async (sentence: string) => {
    setWrong(null)
    setHeardNothing(false)
    setTried(await doing.run<PersonaTried>('personas/try', { persona, said: sentence }))
  }
  const send = (event: SubmitEvent) => {
    event.preventDefault()
    const sentence = String(new FormData(event.currentTarget as HTMLFormElement).get('said')).trim()
    if (sentence !== '') void say(sentence)
  }
  const hear = async (samples: Int16Array<ArrayBuffer>) => {
    setHearing(true)
    setWrong(null)
    try {
      const meant = { language: language.value }
      const { text } = samples.length === 0 ? { text: '' } : await hearSentence(connection, meant, samples)
      setHeardNothing(text === '')
      setSaid(text)
      if (text !== '') await say(text)
    } catch (thrown) {
      setWrong(asHubError(thrown))
    }
    setHearing(false)
  }
  return (
    <Card title={says.try}>
      <p class="small">{says.tryLead}</p>
      <form onSubmit={send}>
        <Field label={says.trySaid}>
          {(id) => (
            <input
              id={id}
              name="said"
              value={said}
              maxLength={1_000}
              autocomplete="off"
              onInput={(event) => setSaid(event.currentTarget.value)}
            />
          )}
        </Field>
        <Failure error={wrong ?? doing.error} />
        {heardNothing && <p role="status">{words.value.microphone.heardNothing}</p>}
        <div class="buttons">
          <button type="submit" disabled={busy}>
            {says.trySend}
          </button>
          <SpeakButton busy={busy} onSpoken={(samples) => void hear(samples)} />
        </div>
      </form>
      {tried !== null && <TriedAnswer tried={tried} />}
    </Card>
  )
}

function TriedAnswer({ tried: { answer, version, given, says: said } }: { tried: PersonaTried }) {
  const says = words.value.personas
  return (
    <div aria-live="polite">
      {answer !== null && <p class="words">{answer}</p>}
      <p class="small">
        {says.tried(version)}: {said}
      </p>
      <details>
        <summary>{says.tryGiven}</summary>
        <dl class="given">
          {given.map(({ role, content }, index) => (
            <div key={index}>
              <dt>{role}</dt>
              <dd>{content}</dd>
            </div>
          ))}
        </dl>
      </details>
    </div>
  )
}
