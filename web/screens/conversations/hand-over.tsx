import { useState } from 'preact/hooks'
import type { DeviceList, HandedOver } from '../../hub/answers.ts'
import { useAnswer, useDoing } from '../../hub/hub.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Field } from '../../parts/field.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { words } from '../../words/words.ts'

interface HandOverParts {
  session: string
  /** Where it is now. */
  device: string
  onClose: () => void
  onDone: (done: HandedOver, name: string) => void
}

/** Has a conversation go on at another device; whether that hears and speaks the hub says. */
export function HandOver({ session, device, onClose, onDone }: HandOverParts) {
  const says = words.value.conversations
  const doing = useDoing()
  const devices = useAnswer<DeviceList>('devices/list', { status: 'online', limit: 1_000 })
  const others = (devices.data?.devices ?? []).filter(({ id }) => id !== device)
  const [to, setTo] = useState<string | null>(null)
  const chosen = others.find(({ id }) => id === to) ?? others[0]
  const send = async (event: SubmitEvent) => {
    event.preventDefault()
    if (chosen === undefined) return
    const done = await doing.run<HandedOver>('sessions/handoff', { session, to: chosen.id })
    if (done !== null) onDone(done, chosen.name)
  }
  return (
    <Dialog title={says.handOver} onClose={onClose}>
      <form onSubmit={(event) => void send(event)}>
        {devices.asking && <Waiting />}
        {devices.data !== null && others.length === 0 && <p>{says.nobodyElse}</p>}
        {chosen !== undefined && (
          <Field label={says.handOverTo}>
            {(id) => (
              <select id={id} value={chosen.id} onChange={(event) => setTo(event.currentTarget.value)}>
                {others.map(({ id: other, name, room }) => (
                  <option key={other} value={other}>
                    {room === null ? name : `${name} (${room})`}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        <Failure error={doing.error ?? devices.error} />
        <div class="buttons">
          <button type="submit" class="main" disabled={doing.busy || chosen === undefined}>
            {says.handOver}
          </button>
          <button type="button" onClick={onClose}>
            {words.value.common.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
