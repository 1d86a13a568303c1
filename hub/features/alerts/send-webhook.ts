import { createHmac } from 'node:crypto'
import { postJson } from './http-post.ts'
import type { SendMessage } from './send-message.ts'
import type { TargetOf } from './settings.ts'

/**
 * Posts a message as JSON. `Idempotency-Key` is the same whenever the same message comes again. With a secret,
 * `X-Lares-Signature: t=SECONDS,v1=HEX` signs the time and the body: HMAC-SHA-256 of `SECONDS.BODY`.
 */
export const sendWebhook: SendMessage<TargetOf<'webhook'>> = async (
  message,
  { url, ca },
  { secret, idempotencyKey, now, signal },
) => {
  const { target: _, ...said } = message
  const body = JSON.stringify(said)
  const seconds = Math.floor(now / 1_000)
  const signature = secret && createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')
  const signed = signature ? { 'x-lares-signature': `t=${seconds},v1=${signature}` } : {}
  const headers = { 'user-agent': 'lares', 'idempotency-key': idempotencyKey, ...signed }
  await postJson({ url, ca, body, signal, headers })
}
