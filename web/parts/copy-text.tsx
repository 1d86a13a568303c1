import { CopyButton } from './copy-button.tsx'

/** Text to be typed elsewhere, with a button that copies it. */
export function CopyText({ text }: { text: string }) {
  return (
    <div class="copy">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long text is moved in its box, with the keyboard too */}
      <code tabIndex={0}>{text}</code>
      <CopyButton text={() => text} />
    </div>
  )
}
