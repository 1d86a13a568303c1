import type { HubError } from '../hub/hub-error.ts'
import { words } from '../words/words.ts'

/** What did not work, why, and what to do about it. It is read out when it appears. */
export function Failure({ error, again }: { error: HubError | null; again?: () => void }) {
  if (error === null) return null
  return (
    <div class="notice bad" role="alert">
      <p>
        <strong>{error.message}</strong>
      </p>
      {error.hint !== '' && <p>{error.hint}</p>}
      {again && (
        <button type="button" class="quiet" onClick={again}>
          {words.value.common.tryAgain}
        </button>
      )}
    </div>
  )
}
