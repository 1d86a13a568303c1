import { useEffect, useState } from 'preact/hooks'
import type { DeviceList, Invitation } from '../../hub/answers.ts'
import { hubNow, second } from '../../hub/house-time.ts'
import { useHub } from '../../hub/hub.ts'
import { pageClock } from '../../hub/page-clock.ts'
import { Card } from '../../parts/card.tsx'
import { CopyText } from '../../parts/copy-text.tsx'
import { QrCode } from '../../parts/qr-code.tsx'
import { spanWords } from '../../words/times.ts'
import { words } from '../../words/words.ts'

interface OpenParts {
  name: string
  invitation: Invitation
  onAgain: () => void
}

/** An invitation that waits: what to type, how long it is good, and whether the device has come. */
export function OpenInvitation({ name, invitation, onAgain }: OpenParts) {
  second.value
  const says = words.value.join
  const joined = useJoined(name)
  const left = invitation.expires_at - hubNow()
  if (joined !== null)
    return (
      <Card class="narrow ok">
        <p role="status">
          <strong>{says.joined(name)}</strong>
        </p>
        <a class="button main" href={`/devices/${joined}`}>
          {says.see}
        </a>
      </Card>
    )
  if (left <= 0)
    return (
      <Card class="narrow">
        <p role="status">{says.expired}</p>
        <button type="button" class="main" onClick={onAgain}>
          {says.again}
        </button>
      </Card>
    )
  return (
    <Card class="narrow">
      {invitation.warnings.length > 0 && (
        <div class="notice warn" role="alert">
          <strong>{says.warning}</strong>
          {invitation.warnings.map((warning) => (
            <p key={warning}>{warning}</p>
          ))}
        </div>
      )}
      <p>{says.onDevice}</p>
      <CopyText text={invitation.join} />
      <p>{says.scan}</p>
      <QrCode text={invitation.join} says={invitation.join} />
      <p class="line">
        <span role="status">{says.waitingFor(name)}</span>
        <span class="small">{says.left(spanWords(left))}</span>
      </p>
      <p class="small">{says.install}</p>
    </Card>
  )
}

const LOOK_MS = 2_000

/** Id of a device of that name that was not there when the invitation was made. */
function useJoined(name: string): string | null {
  const { connection } = useHub()
  const [joined, setJoined] = useState<string | null>(null)
  useEffect(() => {
    let before: Set<string> | null = null
    const look = async () => {
      const { devices } = await connection.ask<DeviceList>('devices/list', { limit: 1_000 })
      const fresh = devices.find((device) => device.name === name && before?.has(device.id) === false)
      before ??= new Set(devices.map(({ id }) => id))
      if (fresh) setJoined(fresh.id)
    }
    void look().catch(() => {})
    return pageClock.every(LOOK_MS, () => void look().catch(() => {}))
  }, [name])
  return joined
}
