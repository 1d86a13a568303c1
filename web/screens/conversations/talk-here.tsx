import { useState } from 'preact/hooks'
import type { DeviceList } from '../../hub/answers.ts'
import { useAnswer } from '../../hub/hub.ts'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Field } from '../../parts/field.tsx'
import { SpeakButton } from '../../parts/speak-button.tsx'
import { words } from '../../words/words.ts'
import { ExchangeList } from './exchange-list.tsx'
import { useExchanges } from './use-exchanges.ts'

/** Talking to the house from the page: what is typed or spoken here is heard as a speaker hears it. */
export function TalkHere() {
  const says = words.value.conversations.here
  const [said, setSaid] = useState('')
  const [device, setDevice] = useState('')
  const [language, setLanguage] = useState('')
  const talk = useExchanges({ device, language })
  const send = async (event: SubmitEvent) => {
    event.preventDefault()
    // As it stands there: whoever types fast is ahead of what is drawn.
    const sentence = String(new FormData(event.currentTarget as HTMLFormElement).get('said')).trim()
    if (sentence !== '' && (await talk.say(sentence))) setSaid('')
  }
  return (
    <Card title={says.title} class="talk">
      <p class="small">{talk.exchanges.length === 0 ? `${says.lead} ${says.nothing}` : says.lead}</p>
      <ExchangeList exchanges={talk.exchanges} busy={talk.busy} onAloud={talk.aloud} />
      <form onSubmit={(event) => void send(event)}>
        <Field label={says.text}>
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
        <TalkPlace {...{ device, language }} onDevice={setDevice} onLanguage={setLanguage} />
        <Failure error={talk.error} />
        {talk.heardNothing && <p role="status">{words.value.microphone.heardNothing}</p>}
        <div class="buttons">
          <button type="submit" class="main" disabled={talk.busy}>
            {says.send}
          </button>
          <SpeakButton busy={talk.busy} onSpoken={(samples) => void talk.hear(samples)} />
          {talk.exchanges.length > 0 && (
            <button type="button" onClick={talk.clear}>
              {says.clear}
            </button>
          )}
        </div>
      </form>
    </Card>
  )
}

interface TalkPlaceParts {
  device: string
  language: string
  onDevice: (device: string) => void
  onLanguage: (language: string) => void
}

/** Where it is said, and in which language. */
function TalkPlace({ device, language, onDevice, onLanguage }: TalkPlaceParts) {
  const says = words.value.conversations.here
  const devices = useAnswer<DeviceList>('devices/list', { limit: 1_000 })
  return (
    <div class="filters">
      <label>
        {says.as}
        <select value={device} onChange={(event) => onDevice(event.currentTarget.value)}>
          <option value="">{says.nobody}</option>
          {(devices.data?.devices ?? []).map(({ id, name, room }) => (
            <option key={id} value={id}>
              {room === null ? name : `${name} (${room})`}
            </option>
          ))}
        </select>
      </label>
      <label>
        {says.language}
        <select value={language} onChange={(event) => onLanguage(event.currentTarget.value)}>
          <option value="">{says.own}</option>
          <option value="en">{says.english}</option>
          <option value="de">{says.german}</option>
        </select>
      </label>
    </div>
  )
}
