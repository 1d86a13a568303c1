import { useState } from 'preact/hooks'
import { useDoing } from '../../hub/hub.ts'
import { pageClock } from '../../hub/page-clock.ts'
import { AskFirst } from '../../parts/ask-first.tsx'
import { Failure } from '../../parts/failure.tsx'
import { words } from '../../words/words.ts'

/** The browser has begun to save by then. */
const SAVED_MS = 10_000

interface PersonaActionsParts {
  id: string
  name: string
  isActive: boolean
  isCentral: boolean
  onChanged: () => void
}

/** Whether it speaks at all, and it as a file. */
export function PersonaActions({ id, name, isActive, isCentral, onChanged }: PersonaActionsParts) {
  const says = words.value.personas
  const doing = useDoing()
  const [asks, setAsks] = useState(false)
  const activate = async () => {
    if ((await doing.run('personas/activate', { persona: id })) !== null) onChanged()
  }
  const save = async () => {
    const file = await doing.run<object>('personas/export', { persona: id })
    if (file !== null) saveJson(`${id}.json`, file)
  }
  return (
    <>
      <div class="buttons">
        {!isCentral && isActive && (
          <button type="button" onClick={() => setAsks(true)}>
            {says.deactivate}
          </button>
        )}
        {!isCentral && !isActive && (
          <button type="button" class="main" disabled={doing.busy} onClick={() => void activate()}>
            {says.activate}
          </button>
        )}
        <button type="button" disabled={doing.busy} onClick={() => void save()}>
          {says.export}
        </button>
      </div>
      <Failure error={doing.error} />
      {asks && (
        <AskFirst
          title={says.deactivate}
          question={says.deactivateAsk(name)}
          command="personas/deactivate"
          params={{ persona: id }}
          dangerous
          onClose={() => setAsks(false)}
          onDone={() => {
            setAsks(false)
            onChanged()
          }}
        />
      )}
    </>
  )
}

function saveJson(name: string, value: object): void {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(value, null, 2)}\n`], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  pageClock.after(SAVED_MS, () => URL.revokeObjectURL(url))
}
