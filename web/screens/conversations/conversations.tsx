import { useState } from 'preact/hooks'
import type { SessionList } from '../../hub/answers.ts'
import { useAnswer } from '../../hub/hub.ts'
import { Ago } from '../../parts/ago.tsx'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { useTitle } from '../../shell/title.ts'
import { words } from '../../words/words.ts'
import { TalkHere } from './talk-here.tsx'
import { useTalkNews } from './talk-news.ts'
import { TurnSound } from './turn-sound.tsx'

const SHOWN = 20
/** As many as the hub lists at once. */
const MOST = 500
const FOLLOW_S = 5

/** Talking to the house, and what was said to speakers, the newest first; what is kept of it can be heard. */
export function Conversations() {
  const says = words.value.conversations
  useTitle(says.title)
  const [limit, setLimit] = useState(SHOWN)
  const sessions = useAnswer<SessionList>('sessions/list', { limit }, useTalkNews(FOLLOW_S))
  return (
    <>
      <h1>{says.title}</h1>
      <p>
        <a href="/engines">{words.value.engines.lead}</a>
      </p>
      <TalkHere />
      <Failure error={sessions.error} again={sessions.again} />
      {sessions.asking && <Waiting />}
      {sessions.data?.sessions.length === 0 && <Empty says={says.none} />}
      {(sessions.data?.sessions ?? []).map((session) => (
        <OneSession key={session.id} session={session} onChanged={sessions.again} />
      ))}
      {sessions.data?.next !== undefined && limit < MOST && (
        <button type="button" onClick={() => setLimit(Math.min(MOST, limit * 2))}>
          {says.older}
        </button>
      )}
    </>
  )
}

interface OneSessionParts {
  session: SessionList['sessions'][number]
  onChanged: () => void
}

function OneSession({ session, onChanged }: OneSessionParts) {
  const says = words.value.conversations
  const { id, device_id, device_name, state, persona_id, persona_version, created_at, turns } = session
  return (
    <Card
      title={device_name}
      side={
        <span class="small">
          <Ago time={created_at} /> · <a href={`/devices/${device_id}`}>{says.device}</a>
        </span>
      }
    >
      <p>
        <a href={`/conversations/${encodeURIComponent(id)}`}>{says.open}</a>{' '}
        <span class="tag">{says.state[state] ?? state}</span>{' '}
        <span class="small">
          {says.persona} {persona_id} {persona_version}
        </span>
      </p>
      {turns.length > 0 && (
        <ul class="rows">
          {turns.map((turn) => (
            <li key={turn.id} class="row">
              <Ago time={turn.started_at} />
              <TurnSound turn={turn} device={device_name} onRemoved={onChanged} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
