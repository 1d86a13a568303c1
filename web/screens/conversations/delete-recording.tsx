import { useState } from 'preact/hooks'
import { AskFirst } from '../../parts/ask-first.tsx'
import { words } from '../../words/words.ts'

interface DeleteRecordingParts {
  turn: string
  /** What people call the speaker. */
  device: string
  onClose: () => void
  onDone: () => void
}

/** Asks before a recording goes, and whether its words go too; the hub names what that is before it does it. */
export function DeleteRecording({ turn, device, onClose, onDone }: DeleteRecordingParts) {
  const says = words.value.conversations
  const [text, setText] = useState(false)
  return (
    <AskFirst
      key={String(text)}
      title={says.remove}
      question={says.removeAsk(device)}
      command="sessions/delete-recording"
      params={{ turn, text }}
      dangerous
      {...{ onClose, onDone }}
    >
      <label class="check">
        <input type="checkbox" checked={text} onChange={(event) => setText(event.currentTarget.checked)} /> {says.text}
      </label>
    </AskFirst>
  )
}
