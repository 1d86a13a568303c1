import { useState } from 'preact/hooks'
import { useLocation } from 'preact-iso'
import { CommandDialog } from '../../answer/command-dialog.tsx'
import type { DeviceShown } from '../../hub/answers.ts'
import { AskFirst } from '../../parts/ask-first.tsx'
import { words } from '../../words/words.ts'
import { MoveDevice } from './move-device.tsx'
import { RenameDevice } from './rename-device.tsx'

type Action = 'rename' | 'move' | 'configure' | 'restart' | 'revoke'

/** What one can do with a device; each opens what asks for the rest. */
export function DeviceActions({ device, onChanged }: { device: DeviceShown['device']; onChanged: () => void }) {
  const [open, setOpen] = useState<Action | null>(null)
  const { route } = useLocation()
  const says = words.value.device
  const close = () => setOpen(null)
  const done = () => {
    close()
    onChanged()
  }
  const hasAgent = device.integration_type === 'lares'
  return (
    <div class="buttons">
      <button type="button" onClick={() => setOpen('rename')}>
        {says.rename}
      </button>
      <button type="button" onClick={() => setOpen('move')}>
        {says.move}
      </button>
      {hasAgent && (
        <button type="button" onClick={() => setOpen('configure')}>
          {says.configure}
        </button>
      )}
      {hasAgent && (
        <button type="button" onClick={() => setOpen('restart')}>
          {says.restart}
        </button>
      )}
      <button type="button" class="danger" onClick={() => setOpen('revoke')}>
        {says.revoke}
      </button>
      {open === 'rename' && <RenameDevice device={device} onClose={close} onDone={done} />}
      {open === 'move' && <MoveDevice device={device} onClose={close} onDone={done} />}
      {open === 'configure' && (
        <CommandDialog
          command="devices/configure"
          given={{ device: device.id }}
          onClose={(ran) => (ran ? done() : close())}
        />
      )}
      {open === 'restart' && (
        <AskFirst
          title={says.restart}
          question={says.restartAsk(device.name)}
          command="devices/restart"
          params={{ device: device.id }}
          onClose={close}
          onDone={done}
        />
      )}
      {open === 'revoke' && (
        <AskFirst
          title={says.revoke}
          question={says.revokeAsk(device.name)}
          command="devices/revoke"
          params={{ device: device.id }}
          dangerous
          onClose={close}
          onDone={() => route('/devices')}
        />
      )}
    </div>
  )
}
