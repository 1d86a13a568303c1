import { useAnswer, useDoing } from '../../hub/hub.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Field } from '../../parts/field.tsx'
import { KnownInput } from '../../parts/known-input.tsx'
import { words } from '../../words/words.ts'

interface MoveParts {
  device: { id: string; room: string | null; group: string | null }
  onClose: () => void
  onDone: () => void
}

/** Rooms and groups that are there; a name that is not yet there is made first. */
export function MoveDevice({ device, onClose, onDone }: MoveParts) {
  const doing = useDoing()
  const rooms = useAnswer<{ rooms: { name: string }[] }>('rooms/list')
  const groups = useAnswer<{ groups: { name: string }[] }>('groups/list')
  const says = words.value
  const known = { room: rooms.data?.rooms ?? [], group: groups.data?.groups ?? [] }
  const send = async (event: SubmitEvent) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget as HTMLFormElement)
    const wanted: Record<string, string> = { device: device.id }
    for (const kind of ['room', 'group'] as const) {
      const name = String(given.get(kind) ?? '').trim()
      if (name === (device[kind] ?? '')) continue
      const isKnown = name === '' || known[kind].some((one) => one.name.toLowerCase() === name.toLowerCase())
      if (!isKnown && (await doing.run(`${kind}s/create`, { name })) === null) return
      wanted[kind] = name === '' ? 'none' : name
    }
    if ((await doing.run('devices/move', wanted)) !== null) onDone()
  }
  return (
    <Dialog title={says.device.move} onClose={onClose}>
      <form onSubmit={(event) => void send(event)}>
        {(['room', 'group'] as const).map((kind) => (
          <Field key={kind} label={says.device[kind]}>
            {(id) => (
              <KnownInput id={id} name={kind} value={device[kind] ?? ''} known={known[kind].map(({ name }) => name)} />
            )}
          </Field>
        ))}
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
