import { useState } from 'preact/hooks'
import { AskFirst } from '../../parts/ask-first.tsx'
import { words } from '../../words/words.ts'

interface DeleteRecordingParts {
  turn: string
  /** What people call the speaker. */
  device: string
  /** Of the turn; without it only its words can go. */
  hasSound: boolean
  onClose: () => void
  onDone: () => void
}

/** Asks before a recording goes, and whether its words go too; the hub names what that is before it does it. */
export function DeleteRecording({ turn, device, hasSound, onClose, onDone }: DeleteRecordingParts) {
  const says = words.value.conversations
  const [text, setText] = useState(!hasSound)
  return (
    <AskFirst
      key={String(text)}
      title={hasSound ? says.remove : says.forget}
      question={hasSound ? says.removeAsk(device) : says.forgetAsk(device)}
      command="sessions/delete-recording"
      params={{ turn, text }}
      dangerous
      {...{ onClose, onDone }}
    >
      {hasSound && (
        <label class="check">
          <input type="checkbox" checked={text} onChange={(event) => setText(event.currentTarget.checked)} />{' '}
          {says.text}
        </label>
      )}
    </AskFirst>
  )
}
