import type { ComponentChildren } from 'preact'

interface CardParts {
  title?: string
  /** Stands at the end of the title's line. */
  side?: ComponentChildren
  class?: string
  children: ComponentChildren
}

export function Card({ title, side, class: more = '', children }: CardParts) {
  return (
    <section class={`card ${more}`}>
      {(title !== undefined || side !== undefined) && (
        <header>
          {title !== undefined && <h2>{title}</h2>}
          {side}
        </header>
      )}
      {children}
    </section>
  )
}
