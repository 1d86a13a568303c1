import { useRef, useState } from 'preact/hooks'
import { useDoing } from '../../hub/hub.ts'
import { HubError } from '../../hub/hub-error.ts'
import { Failure } from '../../parts/failure.tsx'
import { words } from '../../words/words.ts'

/** The hub takes a request of a megabyte; what is larger is another file. */
const LARGEST = 900_000

/** Takes a persona in from a file of another house. */
export function ImportPersona({ onDone }: { onDone: () => void }) {
  const says = words.value.personas
  const doing = useDoing()
  const input = useRef<HTMLInputElement>(null)
  const [taken, setTaken] = useState<string | null>(null)
  const [isFile, setIsFile] = useState(true)
  const take = async (file: File | undefined) => {
    if (file === undefined) return
    setTaken(null)
    const persona = file.size > LARGEST ? null : parsed(await file.text())
    setIsFile(persona !== null)
    if (input.current !== null) input.current.value = ''
    if (persona === null) return
    const made = await doing.run<{ persona: string; version: string }>('personas/import', { persona })
    if (made === null) return
    setTaken(says.imported(made.persona, made.version))
    onDone()
  }
  return (
    <>
      <button type="button" title={says.importHint} disabled={doing.busy} onClick={() => input.current?.click()}>
        {says.import}
      </button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label={says.import}
        onChange={(event) => void take(event.currentTarget.files?.[0])}
      />
      {taken !== null && <p role="status">{taken}</p>}
      <Failure error={isFile ? doing.error : new HubError('bad_json', says.noFile, says.importHint)} />
    </>
  )
}

function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : null
  } catch {
    return null
  }
}
