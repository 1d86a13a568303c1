import type { DeviceList, HubStatus } from '../../hub/answers.ts'
import { useAnswer, useHub } from '../../hub/hub.ts'
import { momentWords } from '../../words/times.ts'
import { eventText, words } from '../../words/words.ts'

interface Trouble {
  key: string
  says: string
  hint: string
  /** Where more of it is. */
  link?: string
}

/** One sentence on how the house is, and below it each thing that is wrong with its remedy. */
export function Verdict({ devices }: { devices: DeviceList['devices'] }) {
  const { live } = useHub()
  const health = live.health.value
  const says = words.value.overview
  const troubles = [...useHubTroubles(), ...devices.flatMap(useDeviceTroubles())]
  const word = health === null ? 'none' : health.state === 'ok' && troubles.length > 0 ? 'attention' : health.state
  const sentence = {
    none: says.noWord,
    ok: says.allWell,
    attention: says.attention(Math.max(1, troubles.length)),
    degraded: says.degraded,
    stopped: says.stopped,
  }[word]
  return (
    <section class={`verdict ${word}`} aria-label={words.value.overview.title}>
      <p class="sentence" role="status">
        <span class="sign" aria-hidden="true" />
        {sentence}
      </p>
      {troubles.length > 0 && (
        <ul>
          {troubles.map(({ key, says: what, hint, link }) => (
            <li key={key}>
              {link === undefined ? <strong>{what}</strong> : <a href={link}>{what}</a>}
              {hint !== '' && <p>{hint}</p>}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** What is wrong with the hub. Those who may see it are told each thing by name; others what kind of thing it is. */
function useHubTroubles(): Trouble[] {
  const { live } = useHub()
  const health = live.health.value
  // Asked again whenever the hub says to everybody how it is: with each change, and once a minute.
  const status = useAnswer<HubStatus>('hub/status', {}, health?.at)
  const problems = status.data?.front.health.problems ?? health?.problems ?? []
  return problems.map(({ code, message, hint }, index) => ({
    key: `${code} ${index}`,
    says: message ?? hint,
    hint: message === undefined ? '' : hint,
  }))
}

function useDeviceTroubles(): (device: DeviceList['devices'][number]) => Trouble[] {
  const { live } = useHub()
  const says = words.value
  return (device) => {
    const status = live.status(device.id).value ?? {
      status: device.status,
      since: device.status_since ?? 0,
      reason: device.status_reason,
      alarms: [],
    }
    const link = `/devices/${device.id}`
    const alarms = (status.alarms ?? []).map(({ type, part, description }) => ({
      ...{ key: `${device.id} ${type} ${part}`, says: `${device.name}: ${eventText(description)}`, hint: '', link },
    }))
    if (status.status !== 'offline') return alarms
    const reason = says.devices.reason[status.reason] ?? status.reason
    const offline = {
      key: device.id,
      says: says.overview.offline(device.name, momentWords(status.since)),
      hint: reason,
      link,
    }
    return [offline, ...alarms]
  }
}
