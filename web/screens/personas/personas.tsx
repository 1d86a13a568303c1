import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import type { PersonaList } from '../../hub/answers.ts'
import { useAnswer } from '../../hub/hub.ts'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { useTitle } from '../../shell/title.ts'
import { words } from '../../words/words.ts'
import { ImportPersona } from './import-persona.tsx'
import { NewPersona } from './new-persona.tsx'

/** Who may speak in the house. */
export function Personas() {
  const says = words.value.personas
  useTitle(says.title)
  const { route } = useLocation()
  const personas = useAnswer<PersonaList>('personas/list')
  const [adds, setAdds] = useState(false)
  const all = personas.data?.personas ?? []
  return (
    <>
      <h1>{says.title}</h1>
      <p>{says.lead}</p>
      <div class="buttons">
        <button type="button" class="main" onClick={() => setAdds(true)}>
          {says.add}
        </button>
        <ImportPersona onDone={personas.again} />
      </div>
      <Failure error={personas.error} again={personas.again} />
      {personas.asking && <Waiting />}
      {personas.data !== null && all.length === 0 && <Empty says={says.none} />}
      {all.map((one) => (
        <OnePersona key={one.persona} persona={one} />
      ))}
      {adds && (
        <NewPersona
          known={all.filter(({ version }) => version !== null).map(({ persona }) => persona)}
          onClose={() => setAdds(false)}
          onDone={(persona) => route(`/personas/${encodeURIComponent(persona)}`)}
        />
      )}
    </>
  )
}

function OnePersona({ persona }: { persona: PersonaList['personas'][number] }) {
  const says = words.value.personas
  const { persona: id, name, version, state, has_draft, devices, description } = persona
  return (
    <Card>
      <h2>
        <a href={`/personas/${encodeURIComponent(id)}`}>{name}</a>
      </h2>
      <p>
        <span class="tag">{says.state[state] ?? state}</span>{' '}
        {has_draft && state !== 'draft' && <span class="tag">{says.hasDraft}</span>}{' '}
        <span class="small">
          {id} {version} · {says.devices(devices)}
        </span>
      </p>
      {description !== null && description !== '' && <p>{description}</p>}
    </Card>
  )
}
