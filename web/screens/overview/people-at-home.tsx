import type { PeopleList } from '../../hub/answers.ts'
import { useAnswer } from '../../hub/hub.ts'
import { Ago } from '../../parts/ago.tsx'
import { Card } from '../../parts/card.tsx'
import { words } from '../../words/words.ts'

/** Who is at home. Not shown to those who may not know. */
export function PeopleAtHome() {
  const people = useAnswer<PeopleList>('people/list')
  const says = words.value.overview
  if (people.data === null) return null
  const all = people.data.people
  const home = all.filter(({ is_present }) => is_present)
  return (
    <Card title={says.atHome}>
      {all.length === 0 && <p>{says.noPeople}</p>}
      {all.length > 0 && home.length === 0 && <p>{says.nobody}</p>}
      <ul class="people">
        {home.map(({ id, name, last_seen }) => (
          <li key={id}>
            {name ?? id} {last_seen !== null && <Ago time={last_seen} />}
          </li>
        ))}
      </ul>
    </Card>
  )
}
