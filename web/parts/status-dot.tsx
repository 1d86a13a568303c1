import { words } from '../words/words.ts'

/** Whether a device can be reached, as a sign with a word: never by its colour alone. */
export function StatusDot({ status, word = true }: { status: string; word?: boolean }) {
  const name = words.value.devices.status[status] ?? status
  return (
    <span class={`status ${status}`}>
      <span class="dot" aria-hidden="true" />
      {word ? name : <span class="unseen">{name}</span>}
    </span>
  )
}
