import type { ComponentChildren } from 'preact'

/** Says honestly that there is nothing, and what would be the next step. */
export function Empty({ says, children }: { says: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p>{says}</p>
      {children}
    </div>
  )
}
