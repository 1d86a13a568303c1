import type { EventLine } from '../../hub/answers.ts'
import { useDoing } from '../../hub/hub.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Field } from '../../parts/field.tsx'
import { eventText, words } from '../../words/words.ts'

const NOTE_LENGTH = 500

interface AcknowledgeParts {
  event: EventLine
  onClose: () => void
  onDone: () => void
}

/** Says that somebody has seen an event, with what they found. */
export function AcknowledgeEvent({ event, onClose, onDone }: AcknowledgeParts) {
  const doing = useDoing()
  const says = words.value.events
  const send = async (submitted: SubmitEvent) => {
    submitted.preventDefault()
    const given = new FormData(submitted.currentTarget as HTMLFormElement)
    const note = String(given.get('note') ?? '').trim()
    const params = { event: event.id, alike: given.get('alike') !== null, ...(note === '' ? {} : { note }) }
    if ((await doing.run('events/acknowledge', params)) !== null) onDone()
  }
  return (
    <Dialog title={says.acknowledge} onClose={onClose}>
      <form onSubmit={(submitted) => void send(submitted)}>
        <p>
          <strong>{eventText(event.title)}</strong> {event.device_name}
        </p>
        <Field label={says.note}>{(id) => <input id={id} name="note" maxLength={NOTE_LENGTH} />}</Field>
        <label class="check">
          <input type="checkbox" name="alike" /> {says.alike}
        </label>
        <Failure error={doing.error} />
        <div class="buttons">
          <button type="submit" class="main" disabled={doing.busy}>
            {says.acknowledge}
          </button>
          <button type="button" onClick={onClose}>
            {words.value.common.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
