import { useState } from 'preact/hooks'
import type { DeviceLogAnswer } from '../../hub/answers.ts'
import { useDoing } from '../../hub/hub.ts'
import { Card } from '../../parts/card.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Failure } from '../../parts/failure.tsx'
import { pointWords } from '../../words/chart-times.ts'
import { words } from '../../words/words.ts'
import { type LogLine, readLogLine } from './log-line.ts'

const LEVELS = ['debug', 'info', 'warn', 'error'] as const

/** The last lines of an agent's log. It is asked when somebody wants them, and not before. */
export function DeviceLog({ device }: { device: string }) {
  const says = words.value.device.log
  const doing = useDoing()
  const [level, setLevel] = useState<string>('info')
  const [answer, setAnswer] = useState<DeviceLogAnswer | null>(null)
  const ask = async () => setAnswer(await doing.run<DeviceLogAnswer>('devices/log', { device, level }))
  return (
    <Card title={says.title}>
      <p class="small">{says.lead}</p>
      <div class="buttons">
        <label>
          <span class="unseen">{says.least}</span>
          <select value={level} onChange={(event) => setLevel(event.currentTarget.value)}>
            {LEVELS.map((name) => (
              <option key={name} value={name}>
                {says.levels[name]}
              </option>
            ))}
          </select>
        </label>
        <button type="button" disabled={doing.busy} onClick={() => void ask()}>
          {answer === null ? says.show : says.again}
        </button>
        {answer !== null && answer.lines.length > 0 && <CopyButton text={() => answer.lines.join('\n')} />}
      </div>
      <Failure error={doing.error} />
      {answer !== null && (
        <div aria-live="polite">
          {answer.lines.length === 0 ? (
            <p>{answer.state === 'read' ? says.none : answer.says}</p>
          ) : (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a long list is moved in its box, with the keyboard too
            <ol class="log" tabIndex={0} aria-label={says.lines}>
              {answer.lines.map(readLogLine).map((line, index) => (
                <Line key={index} line={line} />
              ))}
            </ol>
          )}
        </div>
      )}
    </Card>
  )
}

function Line({ line: { at, level, part, says, beside } }: { line: LogLine }) {
  return (
    <li class={level}>
      {at !== null && <time dateTime={new Date(at).toISOString()}>{pointWords(at)}</time>}{' '}
      {level !== 'info' && <span class="tag">{words.value.device.log.levels[level]}</span>} {part !== '' && `${part}: `}
      {says} <span class="small">{beside}</span>
    </li>
  )
}
