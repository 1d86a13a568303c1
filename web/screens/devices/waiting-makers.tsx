import { useAnswer, useDoing } from '../../hub/hub.ts'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { words } from '../../words/words.ts'

interface Maker {
  id: string
  name: string
  brand: string | null
  model: string | null
  entities: number
  source: string
}

/** Devices of other makers that were heard: they are accepted, or ignored for good. */
export function WaitingMakers({ onAccepted }: { onAccepted: () => void }) {
  const waiting = useAnswer<{ makers: Maker[] }>('makers/list', { status: 'waiting' })
  const doing = useDoing()
  const says = words.value
  const makers = (waiting.data?.makers ?? []).filter(({ entities }) => entities > 0)
  if (makers.length === 0) return null
  const decide = async (verb: 'accept' | 'ignore', maker: string) => {
    if ((await doing.run(`makers/${verb}`, { maker })) === null) return
    waiting.again()
    onAccepted()
  }
  return (
    <Card title={says.devices.waiting}>
      <div id="waiting" />
      <Failure error={doing.error} />
      <ul class="rows">
        {makers.map(({ id, name, brand, model, source }) => (
          <li key={id} class="row">
            <strong>{name}</strong>
            <span class="small">{[brand, model, source].filter(Boolean).join(' · ')}</span>
            <span class="end buttons">
              <button type="button" class="main" disabled={doing.busy} onClick={() => void decide('accept', id)}>
                {says.devices.accept}
              </button>
              <button type="button" disabled={doing.busy} onClick={() => void decide('ignore', id)}>
                {says.devices.ignore}
              </button>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
