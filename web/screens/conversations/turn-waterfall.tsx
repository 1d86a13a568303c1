import { shortSpanWords } from '../../words/times.ts'
import { words } from '../../words/words.ts'
import { type Waterfall, waterfallOf } from './waterfall-shape.ts'

/** A bar is drawn at least so wide, of a hundred: what took next to nothing is seen to be there. */
const LEAST = 0.6

/** Where the time of an answer went: the whole turn in one bar, and its wait step by step below, on one clock. */
export function TurnWaterfall({ stages }: { stages: Record<string, number> | null }) {
  const says = words.value.conversations.fall
  const fall = waterfallOf(stages)
  if (fall === null) return <p class="small">{says.none}</p>
  const { waitMs, steps, longest } = fall
  return (
    <figure class="waterfall">
      <WholeTurn fall={fall} />
      <ol>
        {steps.map(({ step, from, ms }) => (
          <li key={step} class={step === longest?.step ? 'longest' : ''}>
            <span>{says.steps[step]}</span>
            <Bar parts={[{ from, ms, kind: 'step' }]} all={waitMs} />
            <span class="ms">{shortSpanWords(ms)}</span>
          </li>
        ))}
      </ol>
      {longest !== null && (
        <figcaption>
          {says.slowest(says.steps[longest.step], shortSpanWords(longest.ms), shortSpanWords(waitMs))}
        </figcaption>
      )}
    </figure>
  )
}

function WholeTurn({ fall: { spokeMs, waitMs, answerMs } }: { fall: Waterfall }) {
  const says = words.value.conversations.fall
  const parts = [
    { kind: 'spoke', ms: spokeMs, from: 0, says: says.spoke },
    { kind: 'wait', ms: waitMs, from: spokeMs, says: says.waited },
    ...(answerMs === null ? [] : [{ kind: 'told', ms: answerMs, from: spokeMs + waitMs, says: says.answered }]),
  ]
  return (
    <div class="whole">
      <Bar parts={parts} all={spokeMs + waitMs + (answerMs ?? 0)} />
      <ul>
        {parts.map(({ kind, ms, says: word }) => (
          <li key={kind} class={kind}>
            {shortSpanWords(ms)} {word}
          </li>
        ))}
      </ul>
    </div>
  )
}

/** What stands beside it says the same in words. */
function Bar({ parts, all }: { parts: { kind: string; from: number; ms: number }[]; all: number }) {
  const share = (ms: number) => (all > 0 ? (ms / all) * 100 : 0)
  return (
    <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <rect class="ground" x="0" y="0" width="100" height="10" />
      {parts.map(({ kind, from, ms }) => {
        const width = Math.max(LEAST, share(ms))
        return <rect key={kind} class={kind} x={Math.min(share(from), 100 - width)} y="0" width={width} height="10" />
      })}
    </svg>
  )
}
