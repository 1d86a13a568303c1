import { useState } from 'preact/hooks'
import type { State } from '../../shared/messages/state.ts'
import type { EntityLine } from '../hub/answers.ts'
import { useDoing } from '../hub/hub.ts'
import { Failure } from '../parts/failure.tsx'
import { words } from '../words/words.ts'

interface ControlParts {
  device: string
  entity: EntityLine
  state: State | null
}

const SWITCHED = new Set(['light', 'switch', 'fan', 'siren', 'humidifier'])

/** What an entity can be told. The result is what it says of itself afterwards, never what was sent. */
export function EntityControl({ device, entity, state }: ControlParts) {
  const doing = useDoing()
  const [late, setLate] = useState(false)
  const tell = (what: string) => {
    setLate(false)
    void doing.run('entities/set', { entity: entity.entity_id, device, what }, { pending: () => setLate(true) })
  }
  const value = state === null ? entity.state : state.value
  const isOn = value === true || value === 'on'
  const says = words.value.device
  const label = entity.name ?? entity.key
  const busy = doing.busy
  return (
    <>
      {SWITCHED.has(entity.entity_type) && (
        <button
          type="button"
          role="switch"
          aria-checked={isOn}
          aria-label={label}
          class="switch"
          disabled={busy}
          onClick={() => tell(isOn ? 'off' : 'on')}
        >
          <span />
        </button>
      )}
      {entity.entity_type === 'button' && (
        <button type="button" disabled={busy} onClick={() => tell('press')}>
          {says.press}
        </button>
      )}
      {(ORDERS[entity.entity_type] ?? []).map((order) => (
        <button key={order} type="button" disabled={busy} onClick={() => tell(order)}>
          {says.orders[order] ?? order}
        </button>
      ))}
      {late && <p class="alarm">{says.mayHaveRun}</p>}
      <Failure error={doing.error} />
    </>
  )
}

const ORDERS: Readonly<Record<string, readonly string[]>> = {
  cover: ['open', 'stop', 'close'],
  lock: ['lock', 'unlock'],
}
