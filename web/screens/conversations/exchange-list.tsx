import { words } from '../../words/words.ts'
import type { Exchange } from './use-exchanges.ts'

interface ExchangeListParts {
  exchanges: readonly Exchange[]
  busy: boolean
  onAloud: (key: number) => void
}

/** What was said at the page, and what the house answered and did. */
export function ExchangeList({ exchanges, busy, onAloud }: ExchangeListParts) {
  const says = words.value.conversations
  return (
    <ol class="story" aria-live="polite">
      {exchanges.flatMap(({ key, said, by, answer, sound }) => [
        <li key={`${key} said`} class="asked">
          <p class="words">{said}</p>
          {by !== null && <p class="small">{says.by(by)}</p>}
        </li>,
        <li key={`${key} answered`} class="answered">
          <p class="words">{answer.text}</p>
          {answer.intent === null && <p class="small">{says.here.notUnderstood}</p>}
          {answer.done.length > 0 && (
            <p class="small">
              {says.here.done}: {answer.done.join(', ')}
            </p>
          )}
          {sound === null ? (
            <p>
              <button type="button" class="quiet" disabled={busy} onClick={() => onAloud(key)}>
                {says.here.aloud}
              </button>
            </p>
          ) : (
            // biome-ignore lint/a11y/useMediaCaption: what is spoken stands above it
            <audio src={sound} controls autoplay />
          )}
        </li>,
      ])}
    </ol>
  )
}
