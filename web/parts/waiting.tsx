import { words } from '../words/words.ts'

/** Stands where an answer is under way; quiet for the first moments, because most take a tenth of a second. */
export function Waiting() {
  return (
    <p class="waiting" role="status">
      {words.value.common.loading}
    </p>
  )
}
