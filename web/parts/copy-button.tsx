import { useState } from 'preact/hooks'
import { pageClock } from '../hub/page-clock.ts'
import { words } from '../words/words.ts'

const SAID_MS = 2_000

/** Copies a text, and says so for a moment. `text` is asked for when it is pressed. */
export function CopyButton({ text, label }: { text: () => string; label?: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text())
    setCopied(true)
    pageClock.after(SAID_MS, () => setCopied(false))
  }
  return (
    <button type="button" onClick={() => void copy()}>
      <span aria-live="polite">{copied ? words.value.common.copied : (label ?? words.value.common.copy)}</span>
    </button>
  )
}
