import { useState } from 'preact/hooks'
import type { PersonaDifferences, PersonaShown } from '../../hub/answers.ts'
import { useAnswer } from '../../hub/hub.ts'
import { Ago } from '../../parts/ago.tsx'
import { AskFirst } from '../../parts/ask-first.tsx'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { words } from '../../words/words.ts'
import { DifferenceTable } from './difference-table.tsx'

interface PersonaVersionsParts {
  id: string
  /** The one in force. */
  version: string
  versions: PersonaShown['versions']
  isCentral: boolean
  onChanged: () => void
}

/** Every version there was, by whom and why; to compare with what is in force, and to go back to. */
export function PersonaVersions({ id, version: current, versions, isCentral, onChanged }: PersonaVersionsParts) {
  const says = words.value.personas
  const [compared, setCompared] = useState<string | null>(null)
  const [back, setBack] = useState<string | null>(null)
  return (
    <Card title={says.versions}>
      <ul class="rows">
        {versions.map(({ version, created_at, made_by, change_notes }) => (
          <li key={version} class="row">
            <span>
              <strong>{version}</strong> {version === current && <span class="tag">{says.current}</span>}{' '}
              <span class="small">
                <Ago time={created_at} /> {made_by}
              </span>
              {change_notes !== null && <p class="small">{change_notes}</p>}
            </span>
            {version !== current && (
              <span class="end">
                <button
                  type="button"
                  aria-expanded={compared === version}
                  onClick={() => setCompared((before) => (before === version ? null : version))}
                >
                  {says.compare(current)}
                </button>
                {!isCentral && (
                  <button type="button" onClick={() => setBack(version)}>
                    {says.rollback}
                  </button>
                )}
              </span>
            )}
            {compared === version && <Compared {...{ id, from: version, to: current }} />}
          </li>
        ))}
      </ul>
      {back !== null && (
        <AskFirst
          title={says.rollback}
          question={says.rollbackAsk(back)}
          command="personas/rollback"
          params={{ persona: id, version: back }}
          onClose={() => setBack(null)}
          onDone={() => {
            setBack(null)
            onChanged()
          }}
        />
      )}
    </Card>
  )
}

function Compared({ id, from, to }: { id: string; from: string; to: string }) {
  const differs = useAnswer<PersonaDifferences>('personas/diff', { persona: id, from, to })
  return (
    <div class="wide">
      <Failure error={differs.error} />
      {differs.data !== null && <DifferenceTable differences={differs.data.differences} />}
    </div>
  )
}
