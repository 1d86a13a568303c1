import { useState } from 'preact/hooks'
import { pageClock } from '../hub/page-clock.ts'
import { words } from '../words/words.ts'

/** Text to be typed elsewhere, with a button that copies it. */
export function CopyText({ text }: { text: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
    pageClock.after(2_000, () => setCopied(false))
  }
  return (
    <div class="copy">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long text is moved in its box, with the keyboard too */}
      <code tabIndex={0}>{text}</code>
      <button type="button" onClick={() => void copy()}>
        <span aria-live="polite">{copied ? words.value.common.copied : words.value.common.copy}</span>
      </button>
    </div>
  )
}
