import type { DeviceShown } from '../../hub/answers.ts'
import { Card } from '../../parts/card.tsx'
import { words } from '../../words/words.ts'

/** What the house wants the device to be set to, and what the device says to it. */
export function WantedSettings({ settings }: { settings: DeviceShown['settings'] }) {
  if (settings.length === 0) return null
  return (
    <Card title={words.value.device.settings}>
      <ul class="rows">
        {settings.map(({ setting, wanted, says }) => (
          <li key={setting} class="row">
            <span>{setting}</span>
            <span class="end">
              {wanted} <span class="small">{says}</span>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
