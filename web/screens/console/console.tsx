import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { CommandForm } from '../../answer/command-form.tsx'
import type { CommandShape } from '../../answer/schema.ts'
import { useAnswer } from '../../hub/hub.ts'
import { Card } from '../../parts/card.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { useTitle } from '../../shell/title.ts'
import { words } from '../../words/words.ts'

/** Every command of the hub as a form, with its answer. */
export function Console() {
  const says = words.value.console
  useTitle(says.title)
  const { query } = useLocation()
  const [search, setSearch] = useState('')
  const all = useAnswer<{ commands: CommandShape[] }>('admin/describe')
  const commands = all.data?.commands ?? []
  const found = commands.filter((command) => isFound(command, search))
  const chosen = commands.find((command) => nameOf(command) === query.command)
  return (
    <>
      <h1>{says.title}</h1>
      <p>{says.lead}</p>
      <Failure error={all.error} again={all.again} />
      {all.asking && <Waiting />}
      <div class="columns console">
        <nav aria-label={says.choose}>
          <input
            type="search"
            aria-label={says.search}
            placeholder={says.search}
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
          <ul>
            {found.map((command) => (
              <li key={nameOf(command)}>
                <a
                  href={`/console?command=${encodeURIComponent(nameOf(command))}`}
                  aria-current={command === chosen ? 'true' : undefined}
                >
                  <strong>{nameOf(command)}</strong>
                  <span class="small">{command.summary}</span>
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div>
          {chosen && (
            <Card title={nameOf(chosen)}>
              <CommandForm key={nameOf(chosen)} command={chosen} />
            </Card>
          )}
        </div>
      </div>
    </>
  )
}

function nameOf({ area, verb }: CommandShape): string {
  return `${area} ${verb}`
}

function isFound(command: CommandShape, search: string): boolean {
  const text = `${nameOf(command)} ${command.summary}`.toLowerCase()
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
