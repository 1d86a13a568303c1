import { useHub } from '../hub/hub.ts'
import { momentWords } from '../words/times.ts'
import { words } from '../words/words.ts'

/** Says while the hub is away since when, and that nobody has to do anything. */
export function AwayNotice() {
  const reach = useHub().connection.reach.value
  return (
    <div aria-live="polite">
      {reach.state === 'away' && <p class="notice warn">{words.value.reach.away(momentWords(reach.since))}</p>}
    </div>
  )
}
