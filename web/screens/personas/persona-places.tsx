import { useState } from 'preact/hooks'
import type { DeviceList } from '../../hub/answers.ts'
import { useAnswer, useDoing } from '../../hub/hub.ts'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { words } from '../../words/words.ts'

/** Has a persona speak on a device or a group. */
export function PersonaPlaces({ persona }: { persona: string }) {
  const says = words.value.personas
  const devices = useAnswer<DeviceList>('devices/list', { limit: 1_000 })
  const groups = useAnswer<{ groups: { id: string; name: string }[] }>('groups/list')
  return (
    <Card title={says.where}>
      <p class="small">{says.whereLead}</p>
      <GivePersona {...{ persona, label: says.onDevice, kind: 'device' }} among={devices.data?.devices ?? []} />
      <GivePersona {...{ persona, label: says.onGroup, kind: 'group' }} among={groups.data?.groups ?? []} />
    </Card>
  )
}

interface GivePersonaParts {
  persona: string
  label: string
  kind: 'device' | 'group'
  among: readonly { id: string; name: string }[]
}

function GivePersona({ persona, label, kind, among }: GivePersonaParts) {
  const says = words.value.personas
  const doing = useDoing()
  const [chosen, setChosen] = useState('')
  const [given, setGiven] = useState<string | null>(null)
  if (among.length === 0) return null
  const give = async () => {
    setGiven(null)
    const command = kind === 'device' ? 'devices/configure' : 'groups/update'
    if ((await doing.run(command, { [kind]: chosen, persona })) === null) return
    setGiven(among.find(({ id }) => id === chosen)?.name ?? chosen)
  }
  return (
    <>
      <div class="filters">
        <label>
          {label}
          <select value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
            <option value="">{says.choose}</option>
            {among.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="beside" disabled={chosen === '' || doing.busy} onClick={() => void give()}>
          {says.give}
        </button>
      </div>
      <Failure error={doing.error} />
      {given !== null && <p role="status">{says.given(given)}</p>}
    </>
  )
}
