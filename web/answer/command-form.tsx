import { useState } from 'preact/hooks'
import { useDoing } from '../hub/hub.ts'
import { asHubError, type HubError } from '../hub/hub-error.ts'
import { Failure } from '../parts/failure.tsx'
import { words } from '../words/words.ts'
import { useKnownNames } from './known-names.ts'
import { ParamField } from './param-field.tsx'
import { readParam } from './read-param.ts'
import type { CommandShape } from './schema.ts'
import { typedCommand } from './typed-command.ts'
import { ValueView } from './value-view.tsx'

interface FormParts {
  command: CommandShape
  /** What is known already, by the names of params. */
  given?: Record<string, string> | undefined
  onDone?: () => void
}

/** A command with what it takes, run by a button; what would be taken away is asked first. */
export function CommandForm({ command, given = {}, onDone }: FormParts) {
  const says = words.value.console
  const doing = useDoing()
  const [typed, setTyped] = useState(given)
  const [wrong, setWrong] = useState<HubError | null>(null)
  const [answer, setAnswer] = useState<{ data: unknown } | null>(null)
  const knownNames = useKnownNames(command.params)
  const fields = Object.entries(command.params.properties ?? {})
  const needsWord = doing.error?.code === 'confirm_needed'
  const send = async (event: SubmitEvent) => {
    event.preventDefault()
    setWrong(null)
    let params: Record<string, unknown>
    try {
      params = paramsOf(command, typed)
    } catch (thrown) {
      setWrong(asHubError(thrown))
      return
    }
    const data = await doing.run<unknown>(`${command.area}/${command.verb}`, params, { confirm: needsWord })
    setAnswer(data === null ? null : { data })
    if (data !== null) onDone?.()
  }
  return (
    <div class="command">
      <p>{command.summary}</p>
      <form onSubmit={(event) => void send(event)}>
        {fields.map(([name, schema]) => (
          <ParamField
            key={name}
            name={name}
            schema={schema}
            required={command.params.required?.includes(name) ?? false}
            secret={command.secret_params.includes(name)}
            value={typed[name] ?? ''}
            onInput={(value) => {
              doing.clear()
              setTyped({ ...typed, [name]: value })
            }}
            known={knownNames(name)}
          />
        ))}
        <p class="small">
          {says.typed}: <code>{typedCommand(command, typed)}</code>
        </p>
        {needsWord && (
          <div class="notice warn" role="alert">
            <p>{doing.error?.message}</p>
            <p>{says.confirm}</p>
          </div>
        )}
        <Failure error={needsWord ? wrong : (wrong ?? doing.error)} />
        <button type="submit" class={needsWord ? 'danger' : 'main'} disabled={doing.busy}>
          {says.run}
        </button>
      </form>
      {answer !== null && (
        <section class="answer" aria-live="polite">
          <h3>{says.answer}</h3>
          {answer.data === undefined ? (
            <p>{says.nothing}</p>
          ) : (
            <ValueView value={answer.data} schema={command.result} />
          )}
        </section>
      )}
    </div>
  )
}

function paramsOf(command: CommandShape, typed: Record<string, string>): Record<string, unknown> {
  const entries = Object.entries(command.params.properties ?? {}).map(([name, schema]): [string, unknown] => [
    name,
    readParam(name, typed[name] ?? '', schema),
  ])
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}
