import { useState } from 'preact/hooks'
import type { Invitation } from '../../hub/answers.ts'
import { useAnswer, useDoing } from '../../hub/hub.ts'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Field } from '../../parts/field.tsx'
import { useTitle } from '../../shell/title.ts'
import { words } from '../../words/words.ts'
import { OpenInvitation } from './open-invitation.tsx'

const KINDS = ['raspberry_pi', 'smart_speaker', 'custom'] as const

/** What is invited, as the hub takes it. */
interface Wanted {
  name: string
  device_type: string
  /** Absent where there is one alone. */
  house?: string
}

/** Invites a device: its name, then what is to be typed on it, and then it is there. */
export function Join() {
  const says = words.value.join
  useTitle(says.title)
  const doing = useDoing()
  const [open, setOpen] = useState<{ wanted: Wanted; invitation: Invitation } | null>(null)
  const houses = useAnswer<{ houses: { name: string }[] }>('houses/list').data?.houses ?? []
  const invite = async (wanted: Wanted) => {
    const invitation = await doing.run<Invitation>('devices/invite', wanted)
    setOpen(invitation === null ? null : { wanted, invitation })
  }
  const send = (event: SubmitEvent) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget as HTMLFormElement)
    const house = given.get('house')
    const where = typeof house === 'string' ? { house } : {}
    void invite({ name: String(given.get('name')), device_type: String(given.get('kind')), ...where })
  }
  return (
    <>
      <h1>{says.title}</h1>
      <p>{says.lead}</p>
      {open === null ? (
        <Card class="narrow">
          <form onSubmit={send}>
            <Field label={says.name}>{(id) => <input id={id} name="name" maxLength={255} required />}</Field>
            <fieldset>
              <legend>{says.kind}</legend>
              {KINDS.map((kind, index) => (
                <label key={kind} class="choice">
                  <input type="radio" name="kind" value={kind} defaultChecked={index === 0} />
                  {says.kinds[kind]}
                </label>
              ))}
            </fieldset>
            {houses.length > 1 && (
              <Field label={says.house}>
                {(id) => (
                  <select id={id} name="house" required>
                    {houses.map(({ name }) => (
                      <option key={name} value={name}>
                        {name}
                      </option>
                    ))}
                  </select>
                )}
              </Field>
            )}
            <Failure error={doing.error} />
            <button type="submit" class="main" disabled={doing.busy}>
              {says.invite}
            </button>
          </form>
        </Card>
      ) : (
        <OpenInvitation name={open.wanted.name} invitation={open.invitation} onAgain={() => void invite(open.wanted)} />
      )}
      <p class="small">{says.others}</p>
    </>
  )
}
