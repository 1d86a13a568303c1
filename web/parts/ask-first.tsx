import type { ComponentChildren } from 'preact'
import { useDoing } from '../hub/hub.ts'
import { words } from '../words/words.ts'
import { Dialog } from './dialog.tsx'
import { Failure } from './failure.tsx'

interface AskFirstParts {
  title: string
  question: string
  command: string
  params: object
  /** Whether it takes something away. */
  dangerous?: boolean
  onClose: () => void
  onDone: () => void
  /** What else can be chosen. */
  children?: ComponentChildren
}

/** Asks before a command runs. What the hub itself says would go is shown before it is done. */
export function AskFirst({ title, question, command, params, dangerous, onClose, onDone, children }: AskFirstParts) {
  const doing = useDoing()
  const needsWord = doing.error?.code === 'confirm_needed'
  const run = async () => {
    const done = await doing.run(command, params, { confirm: needsWord })
    if (done !== null) onDone()
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{question}</p>
      {children}
      {needsWord ? <p class="notice warn">{doing.error?.message}</p> : <Failure error={doing.error} />}
      <div class="buttons">
        <button
          type="button"
          class={dangerous || needsWord ? 'danger' : 'main'}
          disabled={doing.busy}
          onClick={() => void run()}
        >
          {title}
        </button>
        <button type="button" onClick={onClose}>
          {words.value.common.cancel}
        </button>
      </div>
    </Dialog>
  )
}
