import { useLocation } from 'preact-iso'
import { useTitle } from '../../shell/title.ts'
import { words } from '../../words/words.ts'
import { CommandList } from './command-list.tsx'
import type { SectionShape } from './list-shape.ts'

/** Lists of one kind, one at a time; which one stands in the address. */
export function Section({ shape }: { shape: SectionShape }) {
  const { query } = useLocation()
  const title = shape.title(words.value)
  const chosen = shape.lists.find(({ name }) => name === query.list) ?? shape.lists[0]
  useTitle(title)
  if (chosen === undefined) return null
  return (
    <>
      <h1>{title}</h1>
      <nav class="tabs" aria-label={title}>
        {shape.lists.map(({ name }) => (
          <a key={name} href={`${shape.path}?list=${name}`} aria-current={name === chosen.name ? 'page' : undefined}>
            {words.value.lists[name].title}
          </a>
        ))}
      </nav>
      <CommandList key={chosen.name} shape={chosen} />
    </>
  )
}
