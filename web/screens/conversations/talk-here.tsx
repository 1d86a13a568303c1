import { signal } from '@preact/signals'
import { useState } from 'preact/hooks'
import type { DeviceList, VoiceAnswer } from '../../hub/answers.ts'
import { type Hub, useAnswer, useDoing, useHub } from '../../hub/hub.ts'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Field } from '../../parts/field.tsx'
import { words } from '../../words/words.ts'

/** What somebody said here and was answered. */
interface Exchange {
  key: number
  said: string
  answer: VoiceAnswer
}

/** As many as somebody looks back on. */
const MOST = 50

/** Of whoever is logged in, until the page is loaded anew: nobody who logs in after them sees it. */
const kept = new WeakMap<Hub, { exchanges: ReturnType<typeof signal<Exchange[]>>; next: number }>()

function exchangesOf(hub: Hub) {
  const known = kept.get(hub) ?? { exchanges: signal<Exchange[]>([]), next: 1 }
  kept.set(hub, known)
  return known
}

/** Talking to the house from the page: what is typed is heard as a speaker hears it. */
export function TalkHere() {
  const says = words.value.conversations.here
  const hub = useHub()
  const doing = useDoing()
  const all = exchangesOf(hub)
  const [said, setSaid] = useState('')
  const [device, setDevice] = useState('')
  const [language, setLanguage] = useState('')
  const ask = async (text: string) => {
    const at = { ...(device === '' ? {} : { device }), ...(language === '' ? {} : { language }) }
    const answer = await doing.run<VoiceAnswer>('voice/ask', { text, ...at })
    if (answer === null) return
    all.exchanges.value = [...(all.exchanges.value ?? []), { key: all.next++, said: text, answer }].slice(-MOST)
    setSaid('')
  }
  const clear = () => {
    all.exchanges.value = []
  }
  const send = (event: SubmitEvent) => {
    event.preventDefault()
    if (said.trim() !== '') void ask(said.trim())
  }
  const exchanges = all.exchanges.value ?? []
  return (
    <Card title={says.title} class="talk">
      <p class="small">{exchanges.length === 0 ? `${says.lead} ${says.nothing}` : says.lead}</p>
      <Exchanges exchanges={exchanges} />
      <form onSubmit={send}>
        <Field label={says.text}>
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
        <TalkPlace {...{ device, language }} onDevice={setDevice} onLanguage={setLanguage} />
        <Failure error={doing.error} />
        <div class="buttons">
          <button type="submit" class="main" disabled={doing.busy || said.trim() === ''}>
            {says.send}
          </button>
          {exchanges.length > 0 && (
            <button type="button" onClick={clear}>
              {says.clear}
            </button>
          )}
        </div>
      </form>
    </Card>
  )
}

function Exchanges({ exchanges }: { exchanges: readonly Exchange[] }) {
  const says = words.value.conversations
  return (
    <ol class="story" aria-live="polite">
      {exchanges.flatMap(({ key, said, answer }) => [
        <li key={`${key} said`} class="asked">
          <p class="words">{said}</p>
        </li>,
        <li key={`${key} answered`} class="answered">
          <p class="words">{answer.text}</p>
          {answer.intent === null && <p class="small">{says.here.notUnderstood}</p>}
          {answer.done.length > 0 && (
            <p class="small">
              {says.here.done}: {answer.done.join(', ')}
            </p>
          )}
        </li>,
      ])}
    </ol>
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
