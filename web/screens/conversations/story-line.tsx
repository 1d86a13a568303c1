import { Ago } from '../../parts/ago.tsx'
import { shortSpanWords } from '../../words/times.ts'
import { eventText, words } from '../../words/words.ts'
import type { StoryLine } from './talk-story.ts'
import { TurnSound } from './turn-sound.tsx'
import { TurnWaterfall } from './turn-waterfall.tsx'

interface StoryLineParts {
  line: StoryLine
  /** Who answers in it, by its id. */
  persona: string
  onRemoved: () => void
}

/** One line of a conversation: what was said with its sound and its time, or what happened between. */
export function StoryLineRow({ line, persona, onRemoved }: StoryLineParts) {
  if (line.kind === 'move') return <Move line={line} />
  if (line.kind === 'wordless') return <Wordless line={line} onRemoved={onRemoved} />
  return <Said {...{ line, persona, onRemoved }} />
}

function Said({ line, persona, onRemoved }: StoryLineParts & { line: StoryLine & { kind: 'said' } }) {
  const says = words.value.conversations
  const { role, content, created_at, by, cut, latency_ms, stages, turn: id } = line.message
  const isAnswer = role !== 'user'
  const { turn } = line
  return (
    <li class={isAnswer ? 'answered' : 'asked'}>
      <p class="who">
        <strong>{isAnswer ? persona : says.you}</strong> <Ago time={created_at} />
        {isAnswer && latency_ms !== null && <span> {says.after(shortSpanWords(latency_ms))}</span>}
      </p>
      {content === '' ? <p class="small">{says.noWords}</p> : <p class="words">{content}</p>}
      <p class="small">
        {cut && `${says.cut} `}
        {isAnswer && id === null ? says.unasked : by !== null && (isAnswer ? says.madeBy(by) : says.by(by))}
      </p>
      {stages !== null && (
        <details>
          <summary>{says.fall.title}</summary>
          <TurnWaterfall stages={stages} />
        </details>
      )}
      {turn !== null && (
        <div class="row">
          <TurnSound
            turn={{ ...turn, id: turn.turn }}
            device={turn.device}
            hasWords={content !== ''}
            onRemoved={onRemoved}
          />
        </div>
      )}
    </li>
  )
}

function Wordless({ line: { turn }, onRemoved }: { line: StoryLine & { kind: 'wordless' }; onRemoved: () => void }) {
  const says = words.value.conversations
  return (
    <li class="asked">
      <p class="who">
        <strong>{says.you}</strong> <Ago time={turn.started_at} />
      </p>
      <p class="small">{says.noWords}</p>
      <div class="row">
        <TurnSound turn={{ ...turn, id: turn.turn }} device={turn.device} onRemoved={onRemoved} />
      </div>
    </li>
  )
}

function Move({ line: { move, handoff } }: { line: StoryLine & { kind: 'move' } }) {
  const says = words.value.conversations
  const reason = move.reason === null ? null : (says.reason[move.reason] ?? move.reason)
  return (
    <li class="move">
      {eventText(move.title)}
      {handoff !== null && `: ${says.moved(handoff.from, handoff.to)}`}
      {handoff?.is_back && ` (${says.isBack})`}
      {reason !== null && `: ${reason}`} · <Ago time={move.at} />
    </li>
  )
}
