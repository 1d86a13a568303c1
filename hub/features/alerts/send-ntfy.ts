import { postJson } from './http-post.ts'
import type { AlertMessage } from './message-job.ts'
import type { SendMessage } from './send-message.ts'
import type { TargetOf } from './settings.ts'

/** By how serious it is: 5 rings through, 2 rings nothing. https://docs.ntfy.sh/publish/#message-priority */
const PRIORITY: Readonly<Record<AlertMessage['weight'], number>> = { critical: 5, warning: 4, info: 3, over: 2 }
/** Names of emoji. https://docs.ntfy.sh/emojis/ */
const TAG: Readonly<Record<AlertMessage['weight'], string>> = {
  critical: 'rotating_light',
  warning: 'warning',
  info: 'information_source',
  over: 'white_check_mark',
}
/** A longer one would come as a file: https://docs.ntfy.sh/publish/#limitations */
const MESSAGE_BYTES = 4_000

/** Publishes to a topic of ntfy, as JSON: what people call things stands in no header. https://docs.ntfy.sh/publish/#publish-as-json */
export const sendNtfy: SendMessage<TargetOf<'ntfy'>> = async (message, { url, topic, ca }, { secret, signal }) => {
  const body = JSON.stringify({
    topic,
    title: message.title,
    message: withinBytes(message.text, MESSAGE_BYTES),
    priority: PRIORITY[message.weight],
    tags: [TAG[message.weight]],
  })
  const headers: Record<string, string> = secret ? { authorization: `Bearer ${secret.toString('utf8').trim()}` } : {}
  await postJson({ url: new URL('/', url).href, ca, body, signal, headers })
}

/** By whole lines and then by characters: a text of 3,000 characters may have more bytes. */
function withinBytes(text: string, bytes: number): string {
  let kept = text
  while (Buffer.byteLength(kept) > bytes) kept = [...kept].filter((_, at, all) => at < all.length * 0.9).join('')
  return kept
}
