import { createHash } from 'node:crypto'
import { LaresError } from '../../shared/errors.ts'
import { CLOCK_STEP_MS, REQUEST_MEMORY_MS } from '../../shared/limits.ts'
import type { AdminResponse } from '../../shared/messages/admin-response.ts'
import type { AdminCommand } from '../engine/admin-command.ts'
import type { Context } from '../engine/context.ts'
import type { Asked } from './admit.ts'

interface Row {
  content_hash: string
  response: string | null
}

/**
 * What was answered to this request before, within 24 hours. Throws `id_reused` when the same caller used the id for
 * something else, or when the answer is not kept: it held a secret, or told of somebody who was erased.
 */
export function rememberedAnswer(context: Context, command: AdminCommand, asked: Asked): AdminResponse | null {
  const row = context.db
    .prepare(
      'SELECT content_hash, response FROM request_memory WHERE principal = ? AND request_id = ? AND created_at > ?',
    )
    .get(asked.caller.principal, asked.request.id, context.now - REQUEST_MEMORY_MS) as Row | undefined
  if (!row) return null
  if (row.content_hash !== contentHash(command, asked))
    throw new LaresError('id_reused', `the request id ${asked.request.id} was used for another request`)
  if (row.response === null)
    throw new LaresError(
      'id_reused',
      'this request was done and answered before; the answer, with a secret or of somebody who was erased, is not kept',
    )
  return JSON.parse(row.response) as AdminResponse
}

/** Remembers the answer in the transaction of the change itself. */
export function remember(
  context: Context,
  command: AdminCommand,
  { asked, response }: { asked: Asked; response: AdminResponse },
): void {
  context.db
    .prepare(
      'INSERT OR REPLACE INTO request_memory (principal, request_id, content_hash, response, created_at) VALUES (?, ?, ?, ?, ?)',
    )
    .run(
      asked.caller.principal,
      asked.request.id,
      contentHash(command, asked),
      command.secretAnswer ? null : JSON.stringify(response),
      context.now,
    )
}

export function forgetOldAnswers(context: Context): void {
  const { db, now } = context
  // What is of the future was answered under a clock that was ahead, and would be remembered for years.
  db.prepare('DELETE FROM request_memory WHERE created_at <= ? OR created_at > ?').run(
    now - REQUEST_MEMORY_MS,
    now + CLOCK_STEP_MS,
  )
}

function contentHash(command: AdminCommand, { area, verb, request }: Asked): string {
  const params = Object.entries(request.params)
    .filter(([name]) => !command.secretParams?.includes(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([area, verb, params]))
    .digest('hex')
}
