import { useEffect, useState } from 'preact/hooks'
import { useRoute } from 'preact-iso'
import type { TalkShown } from '../../hub/answers.ts'
import { useAnswer } from '../../hub/hub.ts'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { useTitle } from '../../shell/title.ts'
import { words } from '../../words/words.ts'
import { StoryLineRow } from './story-line.tsx'
import { TalkActions } from './talk-actions.tsx'
import { useTalkNews } from './talk-news.ts'
import { storyLines } from './talk-story.ts'

/** So often what is under way is asked for: somebody who reads along waits no longer. */
const FOLLOW_S = 2

/** One conversation: what was said, with its sound and its times, and what can be done with it. */
export function Conversation() {
  const { params } = useRoute()
  const says = words.value.conversations
  const [isOver, setOver] = useState(false)
  const news = useTalkNews(isOver ? 0 : FOLLOW_S)
  const shown = useAnswer<TalkShown>('sessions/show', { session: params.id ?? '' }, news)
  const talk = shown.data
  useEffect(() => setOver(talk?.state === 'ended'), [talk?.state])
  useTitle(talk === null ? says.title : `${says.title}: ${talk.device_name}`)
  return (
    <>
      <p>
        <a href="/conversations">{says.all}</a>
      </p>
      <Failure error={shown.error} again={shown.again} />
      {shown.asking && <Waiting />}
      {talk !== null && <Talk talk={talk} onChanged={shown.again} />}
    </>
  )
}

function Talk({ talk, onChanged }: { talk: TalkShown; onChanged: () => void }) {
  const says = words.value.conversations
  const { state, device, device_name, persona, version } = talk
  const lines = storyLines(talk)
  return (
    <>
      <h1>{device_name}</h1>
      <p>
        <span class="tag">{says.state[state] ?? state}</span> {says.persona}{' '}
        <a href={`/personas/${encodeURIComponent(persona)}`}>
          {persona} {version}
        </a>{' '}
        {says.at} <a href={`/devices/${encodeURIComponent(device)}`}>{device_name}</a>
      </p>
      <TalkActions talk={talk} onChanged={onChanged} />
      <Card>
        {!lines.some(({ kind }) => kind !== 'move') && <Empty says={says.empty} />}
        <ol class="story" aria-live="polite">
          {lines.map((line) => (
            <StoryLineRow key={line.key} {...{ line, persona }} onRemoved={onChanged} />
          ))}
        </ol>
        {talk.handoffs
          .filter(({ abandoned }) => abandoned !== null)
          .map(({ prepared_at, from, to, abandoned }) => (
            <p key={prepared_at} class="small">
              {says.moved(from, to)}. {says.abandoned(abandoned ?? '')}
            </p>
          ))}
      </Card>
    </>
  )
}
