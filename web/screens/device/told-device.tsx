import { useAnswer } from '../../hub/hub.ts'
import { Ago } from '../../parts/ago.tsx'
import { Card } from '../../parts/card.tsx'
import { words } from '../../words/words.ts'

interface Told {
  commands: { action: number; says: string; state: string; created_at: number }[]
}

/** What the device was told of late, and what came of it. */
export function ToldDevice({ device }: { device: string }) {
  const told = useAnswer<Told>('devices/commands', { device, limit: 6 })
  if (told.data === null || told.data.commands.length === 0) return null
  return (
    <Card title={words.value.device.commands}>
      <ul class="rows">
        {told.data.commands.map(({ action, says, state, created_at }) => (
          <li key={action} class={`row ${state}`}>
            <span>{says}</span>
            <span class="end small">
              <Ago time={created_at} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
