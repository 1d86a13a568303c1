import type { DeviceShown } from '../../hub/answers.ts'
import { Card } from '../../parts/card.tsx'
import { momentWords } from '../../words/times.ts'
import { words } from '../../words/words.ts'

export function AboutDevice({ device }: { device: DeviceShown['device'] }) {
  const says = words.value.device
  const lines: [string, string | null][] = [
    [says.house, device.house],
    [says.room, device.room],
    [says.group, device.group],
    [says.model, device.detected_model],
    [says.agent, device.agent_version],
    [says.description, device.user_description],
    [says.joined, momentWords(device.created_at)],
    [says.id, device.id],
  ]
  return (
    <Card title={says.about}>
      <dl class="figures">
        {lines.map(
          ([name, value]) =>
            value !== null && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </Card>
  )
}
