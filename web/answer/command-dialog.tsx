import { useState } from 'preact/hooks'
import { useAnswer } from '../hub/hub.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Failure } from '../parts/failure.tsx'
import { Waiting } from '../parts/waiting.tsx'
import { words } from '../words/words.ts'
import { CommandForm } from './command-form.tsx'
import type { CommandShape } from './schema.ts'

interface CommandDialogParts {
  /** `area/verb`. */
  command: string
  /** What is known already; it can be changed. */
  given?: Record<string, string>
  /** `done`: whether it ran. */
  onClose: (done: boolean) => void
}

/** Any command in a question of its own. What it answered stays until it is closed: a password is shown once. */
export function CommandDialog({ command, given, onClose }: CommandDialogParts) {
  const [area = '', verb = ''] = command.split('/')
  const described = useAnswer<{ commands: CommandShape[] }>('admin/describe', { area, verb })
  const [done, setDone] = useState(false)
  const shape = described.data?.commands[0]
  return (
    <Dialog title={`${area} ${verb}`} onClose={() => onClose(done)}>
      <Failure error={described.error} again={described.again} />
      {shape === undefined ? (
        described.error === null && (described.data === null ? <Waiting /> : <p>{words.value.console.unknown}</p>)
      ) : (
        <CommandForm command={shape} given={given} onDone={() => setDone(true)} />
      )}
      <button type="button" onClick={() => onClose(done)}>
        {words.value.common.close}
      </button>
    </Dialog>
  )
}
