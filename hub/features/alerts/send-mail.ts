import { readFile } from 'node:fs/promises'
import { createTransport } from 'nodemailer'
import { cleanText } from '../../../shared/clean-text.ts'
import { connectTrouble } from '../../http/connect-trouble.ts'
import type { SendContext, SendMessage } from './send-message.ts'
import type { TargetOf } from './settings.ts'

/** Shorter than the deadline of a run: what hangs is closed, and says so. */
const WAIT_MS = 20_000

type MailTarget = TargetOf<'mail'>

/**
 * Sends a message as a letter in plain text, over TLS from the first byte (`smtps:`) or after STARTTLS, without which nothing is
 * said. Its Message-ID is the same whenever the same message is sent, so that most who get it twice show it once.
 */
export const sendMail: SendMessage<MailTarget> = async (message, target, context) => {
  const { from, to } = target
  const { idempotencyKey, signal, now } = context
  const transport = await open(target, context).catch((error: unknown) => Promise.reject(connectTrouble(error)))
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(connectTrouble(signal.reason))
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  // Nobody waits for it where the letter arrived.
  aborted.promise.catch(() => {})
  try {
    const sent = transport.sendMail({
      ...{ from, to, subject: cleanText(message.title), text: `${message.text}\n`, date: new Date(now) },
      messageId: `<${idempotencyKey}@${from.split('@').at(-1)}>`,
      // RFC 3834: nobody answers with a note about holidays.
      headers: { 'Auto-Submitted': 'auto-generated' },
      priority: message.weight === 'critical' ? 'high' : 'normal',
    })
    await Promise.race([sent, aborted.promise])
  } catch (error) {
    throw connectTrouble(error)
  } finally {
    signal.removeEventListener('abort', abort)
    transport.close()
  }
}

async function open({ url, user, plain, ca }: MailTarget, { secret }: Pick<SendContext, 'secret'>) {
  const { protocol, hostname, port } = new URL(url)
  const isTls = protocol === 'smtps:'
  const authority = ca === undefined ? undefined : await readFile(ca)
  return createTransport({
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (isTls ? 465 : plain ? 25 : 587) : Number(port),
    secure: isTls,
    requireTLS: !isTls && !plain,
    ignoreTLS: plain,
    ...(user !== undefined &&
      secret !== null && { auth: { user, pass: secret.toString('utf8').replace(/\r?\n$/, '') } }),
    tls: { minVersion: 'TLSv1.2', ...(authority && { ca: authority }) },
    ...{ connectionTimeout: WAIT_MS, greetingTimeout: WAIT_MS, socketTimeout: WAIT_MS, dnsTimeout: WAIT_MS },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  })
}
