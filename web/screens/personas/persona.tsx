import { useState } from 'preact/hooks'
import { useRoute } from 'preact-iso'
import type { PersonaShown } from '../../hub/answers.ts'
import { useAnswer } from '../../hub/hub.ts'
import { Failure } from '../../parts/failure.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { useTitle } from '../../shell/title.ts'
import { words } from '../../words/words.ts'
import { PersonaActions } from './persona-actions.tsx'
import { PersonaDraft } from './persona-draft.tsx'
import { PersonaForm } from './persona-form.tsx'
import { PersonaPlaces } from './persona-places.tsx'
import { PersonaTry } from './persona-try.tsx'
import { PersonaVersions } from './persona-versions.tsx'

const DRAFT = 'draft'

/** One persona: its definition to be changed, its draft to be published, its versions, and where it speaks. */
export function Persona() {
  const { params } = useRoute()
  const says = words.value.personas
  const id = params.id ?? ''
  const [changes, setChanges] = useState(0)
  const published = useAnswer<PersonaShown>('personas/show', { persona: id }, changes)
  const hasDraft = published.data?.persona.has_draft === true
  const wanted = hasDraft ? { persona: id, version: DRAFT } : null
  const draft = useAnswer<PersonaShown>(wanted === null ? null : 'personas/show', wanted ?? {}, changes)
  const shown = hasDraft ? draft.data : published.data
  const changed = () => setChanges((before) => before + 1)
  const name = shown?.definition.find(({ setting }) => setting === 'name')?.value ?? id
  useTitle(`${says.title}: ${name}`)
  return (
    <>
      <p>
        <a href="/personas">{says.all}</a>
      </p>
      <Failure error={published.error ?? draft.error} again={changed} />
      {published.asking && <Waiting />}
      {published.data !== null && shown !== null && (
        <Parts key={id} {...{ name, shown, published: published.data, changes }} onChanged={changed} />
      )}
    </>
  )
}

interface PartsParts {
  name: string
  /** What is worked at: the draft where there is one. */
  shown: PersonaShown
  published: PersonaShown
  /** Grows with every change. */
  changes: number
  onChanged: () => void
}

function Parts({ name, shown, published, changes, onChanged }: PartsParts) {
  const says = words.value.personas
  const { persona: id, state, managed_by, version, has_draft } = published.persona
  const isCentral = managed_by === 'central'
  return (
    <>
      <h1>{name}</h1>
      <p>
        <span class="tag">{says.state[state] ?? state}</span> <span class="small">{[id, version].join(' ')}</span>
      </p>
      {isCentral && <p class="notice">{says.central}</p>}
      {published.faults.length > 0 && (
        <div class="notice warn">
          <p>{says.faults}</p>
          <ul>
            {published.faults.map((fault) => (
              <li key={fault}>{fault}</li>
            ))}
          </ul>
        </div>
      )}
      {version !== null && (
        <PersonaActions {...{ id, name, isCentral }} isActive={state === 'active'} onChanged={onChanged} />
      )}
      {has_draft && <PersonaDraft {...{ id, changes }} isNew={version === null} onChanged={onChanged} />}
      {/* What is stored by now is typed over by nobody: it is drawn anew when it is another. */}
      <PersonaForm
        key={JSON.stringify(shown.definition)}
        {...{ id, isCentral }}
        definition={shown.definition}
        says={has_draft ? says.draftOf : says.inForce(version ?? '')}
        onChanged={onChanged}
      />
      <PersonaTry persona={id} />
      {version !== null && <PersonaPlaces persona={id} />}
      {version !== null && (
        <PersonaVersions {...{ id, version, isCentral }} versions={published.versions} onChanged={onChanged} />
      )}
    </>
  )
}
