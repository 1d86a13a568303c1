import { useState } from 'preact/hooks'
import type { HandedOver, TalkShown } from '../../hub/answers.ts'
import { hubNow, second } from '../../hub/house-time.ts'
import { useDoing } from '../../hub/hub.ts'
import { AskFirst } from '../../parts/ask-first.tsx'
import { Failure } from '../../parts/failure.tsx'
import { words } from '../../words/words.ts'
import { HandOver } from './hand-over.tsx'

interface TalkActionsParts {
  talk: Pick<TalkShown, 'session' | 'state' | 'device' | 'device_name'>
  onChanged: () => void
}

/** What can be done with a conversation that is not over. */
export function TalkActions({ talk: { session, state, device, device_name }, onChanged }: TalkActionsParts) {
  const says = words.value.conversations
  const doing = useDoing()
  const [open, setOpen] = useState<'handOver' | 'end' | null>(null)
  const [handed, setHanded] = useState<{ to: string; until: number } | null>(null)
  const run = async (command: string, params: object = {}) => {
    if ((await doing.run(command, { session, ...params })) !== null) onChanged()
  }
  const close = () => setOpen(null)
  const takeBack = async () => {
    await run('sessions/handoff', { back: true })
    setHanded(null)
  }
  return (
    <>
      <div class="buttons">
        {state === 'active' && (
          <>
            <button type="button" onClick={() => setOpen('handOver')}>
              {says.handOver}
            </button>
            <button type="button" disabled={doing.busy} onClick={() => void run('sessions/pause')}>
              {says.pause}
            </button>
          </>
        )}
        {state === 'paused' && (
          <button type="button" class="main" disabled={doing.busy} onClick={() => void run('sessions/resume')}>
            {says.resume}
          </button>
        )}
        {(state === 'active' || state === 'paused') && (
          <button type="button" class="danger" onClick={() => setOpen('end')}>
            {says.end}
          </button>
        )}
      </div>
      {handed !== null && <TakeBack {...handed} busy={doing.busy} onBack={() => void takeBack()} />}
      <Failure error={doing.error} />
      {open === 'handOver' && (
        <HandOver
          {...{ session, device }}
          onClose={close}
          onDone={({ back_until }: HandedOver, to: string) => {
            close()
            setHanded({ to, until: back_until })
            onChanged()
          }}
        />
      )}
      {open === 'end' && (
        <AskFirst
          title={says.end}
          question={says.endAsk(device_name)}
          command="sessions/end"
          params={{ session }}
          dangerous
          onClose={close}
          onDone={() => {
            close()
            onChanged()
          }}
        />
      )}
    </>
  )
}

interface TakeBackParts {
  to: string
  /** By the hub's clock. */
  until: number
  busy: boolean
  onBack: () => void
}

/** Offers to undo a handoff, for as long as the hub does it. */
function TakeBack({ to, until, busy, onBack }: TakeBackParts) {
  second.value
  const says = words.value.conversations
  const left = Math.ceil((until - hubNow()) / 1_000)
  return (
    <div class="notice">
      <p role="status">{says.handedOver(to)}</p>
      {left > 0 && (
        <button type="button" disabled={busy} onClick={onBack}>
          {says.undo(left)}
        </button>
      )}
    </div>
  )
}
