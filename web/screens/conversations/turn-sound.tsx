import { useState } from 'preact/hooks'
import { useDoing } from '../../hub/hub.ts'
import { Failure } from '../../parts/failure.tsx'
import { spanWords } from '../../words/times.ts'
import { words } from '../../words/words.ts'
import { DeleteRecording } from './delete-recording.tsx'

interface TurnSoundParts {
  turn: { id: string; duration_ms: number | null; lost_frames: number | null; file: string | null }
  /** What people call the speaker. */
  device: string
  /** Whether what was said in it is to be forgotten here too, where no sound is left. */
  hasWords?: boolean
  onRemoved: () => void
}

/** What is kept of the sound of a turn: to hear, and to delete. */
export function TurnSound({ turn, device, hasWords = false, onRemoved }: TurnSoundParts) {
  const { id, duration_ms, lost_frames, file } = turn
  const says = words.value.conversations
  const doing = useDoing()
  const [sound, setSound] = useState<string | null>(null)
  const [asks, setAsks] = useState(false)
  const play = async () => {
    const ticket = await doing.run<{ path: string }>('sessions/recording', { turn: id })
    setSound(ticket?.path ?? null)
  }
  return (
    <>
      <span class="end">
        {(lost_frames ?? 0) > 0 && <span class="alarm">{says.lost(lost_frames ?? 0)}</span>}
        <a class="small" href={`/trace?turn=${encodeURIComponent(id)}`}>
          {words.value.trace.link}
        </a>
        {file === null ? (
          <span class="small">{says.gone}</span>
        ) : sound === null ? (
          <button type="button" disabled={doing.busy} onClick={() => void play()}>
            {says.play}
            {duration_ms !== null && <span class="small">{spanWords(duration_ms)}</span>}
          </button>
        ) : (
          // biome-ignore lint/a11y/useMediaCaption: it is what somebody said; as far as it was understood it stands beside it
          <audio src={sound} controls autoplay />
        )}
        {(file !== null || hasWords) && (
          <button type="button" class="danger" onClick={() => setAsks(true)}>
            {file === null ? says.forget : says.remove}
          </button>
        )}
      </span>
      <Failure error={doing.error} />
      {asks && (
        <DeleteRecording
          {...{ turn: id, device, hasSound: file !== null }}
          onClose={() => setAsks(false)}
          onDone={() => {
            setAsks(false)
            setSound(null)
            onRemoved()
          }}
        />
      )}
    </>
  )
}
