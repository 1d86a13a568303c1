import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'

interface FieldParts {
  label: string
  hint?: string | undefined
  /** Draws the control, with the id that its label names. */
  children: (id: string) => ComponentChildren
}

export function Field({ label, hint, children }: FieldParts) {
  const id = useId()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(id)}
      {hint !== undefined && <p class="small">{hint}</p>}
    </div>
  )
}
