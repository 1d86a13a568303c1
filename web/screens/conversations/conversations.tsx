import { useState } from 'preact/hooks'
import type { SessionList } from '../../hub/answers.ts'
import { useAnswer, useDoing } from '../../hub/hub.ts'
import { Ago } from '../../parts/ago.tsx'
import { Card } from '../../parts/card.tsx'
import { Empty } from '../../parts/empty.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Waiting } from '../../parts/waiting.tsx'
import { useTitle } from '../../shell/title.ts'
import { spanWords } from '../../words/times.ts'
import { words } from '../../words/words.ts'
import { DeleteRecording } from './delete-recording.tsx'

type Turn = SessionList['sessions'][number]['turns'][number]

/** What was said to speakers, the newest first; what is kept of it can be heard. */
export function Conversations() {
  const says = words.value.conversations
  useTitle(says.title)
  const sessions = useAnswer<SessionList>('sessions/list', { limit: 50 })
  return (
    <>
      <h1>{says.title}</h1>
      <Failure error={sessions.error} again={sessions.again} />
      {sessions.asking && <Waiting />}
      {sessions.data?.sessions.length === 0 && <Empty says={says.none} />}
      {(sessions.data?.sessions ?? []).map(({ id, device_id, device_name, created_at, turns }) => (
        <Card
          key={id}
          title={device_name}
          side={
            <span class="small">
              <Ago time={created_at} /> · <a href={`/devices/${device_id}`}>{says.device}</a>
            </span>
          }
        >
          <ul class="rows">
            {turns.map((turn) => (
              <TurnRow key={turn.id} turn={turn} device={device_name} onRemoved={sessions.again} />
            ))}
          </ul>
        </Card>
      ))}
    </>
  )
}

interface TurnRowParts {
  turn: Turn
  device: string
  onRemoved: () => void
}

function TurnRow({ turn, device, onRemoved }: TurnRowParts) {
  const { id, started_at, duration_ms, file, lost_frames } = turn
  const says = words.value.conversations
  const doing = useDoing()
  const [sound, setSound] = useState<string | null>(null)
  const [asks, setAsks] = useState(false)
  const play = async () => {
    const ticket = await doing.run<{ path: string }>('sessions/recording', { turn: id })
    setSound(ticket?.path ?? null)
  }
  return (
    <li class="row">
      <span>
        <Ago time={started_at} /> {duration_ms !== null && spanWords(duration_ms)}{' '}
        {(lost_frames ?? 0) > 0 && <span class="alarm">{says.lost(lost_frames ?? 0)}</span>}
      </span>
      <span class="end">
        <a class="small" href={`/trace?turn=${encodeURIComponent(id)}`}>
          {words.value.trace.link}
        </a>
        {file === null ? (
          <span class="small">{says.gone}</span>
        ) : sound === null ? (
          <button type="button" disabled={doing.busy} onClick={() => void play()}>
            {says.play}
          </button>
        ) : (
          // biome-ignore lint/a11y/useMediaCaption: it is what somebody said, and nobody has written it down
          <audio src={sound} controls autoplay />
        )}
        {file !== null && (
          <button type="button" class="danger" onClick={() => setAsks(true)}>
            {says.remove}
          </button>
        )}
      </span>
      <Failure error={doing.error} />
      {asks && (
        <DeleteRecording
          {...{ turn: id, device }}
          onClose={() => setAsks(false)}
          onDone={() => {
            setAsks(false)
            onRemoved()
          }}
        />
      )}
    </li>
  )
}
