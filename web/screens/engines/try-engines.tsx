import { useState } from 'preact/hooks'
import type { TriedEngines } from '../../hub/answers.ts'
import { useDoing } from '../../hub/hub.ts'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Field } from '../../parts/field.tsx'
import { shortSpanWords } from '../../words/times.ts'
import { language, words } from '../../words/words.ts'

/** Has every voice say a sentence to everything that hears. */
export function TryEngines({ onTried }: { onTried: () => void }) {
  const says = words.value.engines
  const doing = useDoing()
  const [tried, setTried] = useState<TriedEngines | null>(null)
  const send = async (event: SubmitEvent) => {
    event.preventDefault()
    const text = String(new FormData(event.currentTarget as HTMLFormElement).get('text')).trim()
    const params = { language: language.value, ...(text === '' ? {} : { text }) }
    setTried(await doing.run<TriedEngines>('voice/try', params))
    onTried()
  }
  return (
    <Card title={says.try}>
      <p class="small">{says.tryLead}</p>
      <form onSubmit={(event) => void send(event)}>
        <Field label={says.sentence}>{(id) => <input id={id} name="text" maxLength={200} autocomplete="off" />}</Field>
        <Failure error={doing.error} />
        <div class="buttons">
          <button type="submit" disabled={doing.busy}>
            {says.try}
          </button>
          {doing.busy && <span role="status">{words.value.common.loading}</span>}
        </div>
      </form>
      <div aria-live="polite">
        {tried?.says.map((one) => (
          <p key={one}>{one}</p>
        ))}
        <ul class="rows">
          {tried?.tried.map((one, index) => (
            <Tried key={index} tried={one} />
          ))}
        </ul>
      </div>
    </Card>
  )
}

function Tried({ tried }: { tried: TriedEngines['tried'][number] }) {
  const says = words.value.engines
  const { voice, ear, heard, wrong, took_ms, error, hint } = tried
  return (
    <li class="row">
      <span>{ear === null ? says.speaks(voice) : says.speaksTo(voice, ear)}</span>
      <span class="end small">
        {[
          ...(wrong === null ? [] : [wrong === 0 ? says.right : says.wrong(`${Math.round(wrong * 100)} %`)]),
          ...(took_ms === null ? [] : [shortSpanWords(took_ms)]),
        ].join(' · ')}
      </span>
      {heard !== null && <p class="wide">{heard}</p>}
      {error !== null && (
        <p class="alarm">
          {error} {hint}
        </p>
      )}
    </li>
  )
}
