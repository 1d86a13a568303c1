import type { Style } from '../../shared/terminal/paint.ts'
import { durationWords, timeWords } from '../../shared/time-words.ts'
import type { AnswerReader } from './page.ts'

/** How the sending to central is, from the state of its thread below `path`. `null` where the hub does not say. */
export function centralWords(answer: AnswerReader, path: string, now: number): { words: string; colour: Style } | null {
  const state = answer.text(`${path}.state`)
  if (state === null) return null
  const error = answer.text(`${path}.last_error`)
  const because = error === null ? '' : `: ${error}`
  const colour = (good: Style) => ((answer.number(`${path}.quarantined`) ?? 0) > 0 ? 'yellow' : good)
  const refused = refusedWords(answer.number(`${path}.quarantined`))
  switch (state) {
    case 'off':
      return { words: error === null ? 'none is set: the house keeps to itself' : `off${because}`, colour: 'bold' }
    case 'connecting':
      return { words: `being connected${because}`, colour: 'yellow' }
    case 'running':
      return {
        words: `${waitingWords(answer, path)}${sentWords(answer, path, now)}${refused}`,
        colour: colour('green'),
      }
    case 'waiting':
      return { words: `out of reach, ${waitingWords(answer, path)}${because}${refused}`, colour: 'yellow' }
    case 'fenced':
      return {
        words: `another hub sends for this site and this one rests${because}; lares sync claim on the one that is to go on`,
        colour: 'red',
      }
    default:
      return { words: `${state}${because}`, colour: 'yellow' }
  }
}

function waitingWords(answer: AnswerReader, path: string): string {
  const rows = answer.number(`${path}.rows_behind`) ?? 0
  if (rows === 0) return 'up to date'
  const seconds = answer.number(`${path}.seconds_behind`) ?? 0
  const since = seconds > 0 ? `, the oldest for ${durationWords(seconds * 1_000)}` : ''
  return `${rows} ${rows === 1 ? 'row waits' : 'rows wait'} to be sent${since}`
}

function sentWords(answer: AnswerReader, path: string, now: number): string {
  const sent = answer.number(`${path}.last_sent`)
  return sent === null ? '' : `; last sent ${timeWords(sent, now)}`
}

function refusedWords(rows: number | null): string {
  return rows === null || rows === 0 ? '' : `; ${rows} rows refused (lares quarantine list)`
}
