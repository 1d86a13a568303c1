import { useState } from 'preact/hooks'
import type { Invitation } from '../../hub/answers.ts'
import { useDoing } from '../../hub/hub.ts'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Field } from '../../parts/field.tsx'
import { useTitle } from '../../shell/title.ts'
import { words } from '../../words/words.ts'
import { OpenInvitation } from './open-invitation.tsx'

const KINDS = ['raspberry_pi', 'smart_speaker', 'custom'] as const

/** Invites a device: its name, then what is to be typed on it, and then it is there. */
export function Join() {
  const says = words.value.join
  useTitle(says.title)
  const doing = useDoing()
  const [open, setOpen] = useState<{ name: string; kind: string; invitation: Invitation } | null>(null)
  const invite = async (name: string, kind: string) => {
    const invitation = await doing.run<Invitation>('devices/invite', { name, device_type: kind })
    setOpen(invitation === null ? null : { name, kind, invitation })
  }
  const send = (event: SubmitEvent) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget as HTMLFormElement)
    void invite(String(given.get('name')), String(given.get('kind')))
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
            <Failure error={doing.error} />
            <button type="submit" class="main" disabled={doing.busy}>
              {says.invite}
            </button>
          </form>
        </Card>
      ) : (
        <OpenInvitation
          name={open.name}
          invitation={open.invitation}
          onAgain={() => void invite(open.name, open.kind)}
        />
      )}
      <p class="small">{says.others}</p>
    </>
  )
}
