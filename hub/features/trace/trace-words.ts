import { durationWords, localTime } from '../../../shared/time-words.ts'
import type { Trace } from './trace-answer.ts'

/** The way of something in sentences, in the order in which it happened. */
export function traceWords(trace: Trace): string[] {
  const { what, device_name, rejected } = trace
  const whose = device_name === null ? '' : ` of ${device_name}`
  const way = [
    `${what}${whose}, ${timeSentence(trace)}`,
    waySentence(trace),
    storedSentence(trace),
    centralSentence(trace),
  ]
  if (rejected.length === 0) return way
  const others = rejected.length === 1 ? 'another message' : `${rejected.length} other messages`
  return [...way, `Meanwhile the hub did not understand ${others} of the device.`]
}

function timeSentence({ measured_at, time_quality, device_said }: Trace): string {
  const at = localTime(measured_at)
  if (time_quality === 'good') return `measured ${at}.`
  const said = device_said === null ? '' : ` (its clock said ${localTime(device_said)})`
  return time_quality === 'corrected'
    ? `measured ${at}, by the hub's clock${said}.`
    : `received ${at}; when it was measured nobody knows${said}.`
}

function waySentence({ waited_ms, received_at, message }: Trace): string {
  const came = `The hub received it ${localTime(received_at)}`
  const by = message === null ? '' : `, as number ${message.seq} of the lane ${message.lane} of its outbox`
  if (waited_ms === null) return `${came}${by}.`
  return `${came}${by}, ${durationWords(waited_ms)} after it was measured.`
}

function storedSentence({ table, key }: Trace): string {
  return `It is on the hub's disk since then: row ${key} of ${table}.`
}

function centralSentence({ central: { state, rows_before, reason } }: Trace): string {
  if (state === 'off') return 'This hub sends to no central.'
  if (state === 'there') return 'Central has it.'
  if (state === 'refused') return `Central refused it: ${reason}. It waits in quarantine: lares quarantine list.`
  if (state === 'given_up') return `Central refused it: ${reason}. Somebody gave it up.`
  return rows_before === null || rows_before <= 1
    ? 'It waits to be sent to central.'
    : `It waits to be sent to central, behind ${rows_before - 1} others.`
}
