import { useDoing } from '../../hub/hub.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Field } from '../../parts/field.tsx'
import { words } from '../../words/words.ts'

interface RenameParts {
  device: { id: string; name: string }
  onClose: () => void
  onDone: () => void
}

export function RenameDevice({ device, onClose, onDone }: RenameParts) {
  const doing = useDoing()
  const says = words.value
  const send = async (event: SubmitEvent) => {
    event.preventDefault()
    const name = String(new FormData(event.currentTarget as HTMLFormElement).get('name'))
    if ((await doing.run('devices/rename', { device: device.id, name })) !== null) onDone()
  }
  return (
    <Dialog title={says.device.rename} onClose={onClose}>
      <form onSubmit={(event) => void send(event)}>
        <Field label={says.device.newName}>
          {(id) => <input id={id} name="name" value={device.name} maxLength={255} required />}
        </Field>
        <Failure error={doing.error} />
        <div class="buttons">
          <button type="submit" class="main" disabled={doing.busy}>
            {says.common.save}
          </button>
          <button type="button" onClick={onClose}>
            {says.common.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
