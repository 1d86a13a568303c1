import { cutText } from '../../shared/cut-text.ts'
import { LaresError } from '../../shared/errors.ts'
import type { AdminResponse } from '../../shared/messages/admin-response.ts'
import { type Caller, clientSessionOf } from './caller.ts'
import type { Context } from './context.ts'

/**
 * What a command's `run` returns while nobody knows its outcome: its answer has the status `pending`. When `held` it is not
 * said now, and whoever holds it says another by `answerLater` before the request is over.
 */
export class Pending {
  readonly data: unknown
  readonly held: boolean

  constructor(data: unknown, held: boolean) {
    this.data = data
    this.held = held
  }
}

/** Which request is to be answered, and to whom. Kept as JSON until then. */
export interface Asker extends Pick<Caller, 'principal' | 'client'> {
  area: string
  verb: string
  request: string
}

export function success(id: string, data: unknown): AdminResponse {
  return { id, status: 'ok', data: data as AdminResponse['data'] }
}

export function pending(id: string, data: unknown): AdminResponse {
  return { id, status: 'pending', data: data as AdminResponse['data'] }
}

/** What a caller hears of a failure: never a stack, never a path, always a remedy. */
export function failure(id: string, error: unknown): AdminResponse {
  const known =
    error instanceof LaresError ? error : new LaresError('internal', 'the hub failed to answer', { cause: error })
  return {
    id,
    status: 'error',
    error: { code: known.code, message: cutText(known.message, 2_000), hint: cutText(known.hint, 500) },
  }
}

/** Says an answer on the branch of whoever asked, to the one session that did. */
export function publishAnswer(
  context: Pick<Context, 'topics' | 'effect'>,
  { area, verb, principal, client }: Omit<Asker, 'request'>,
  response: AdminResponse,
): void {
  const topic = context.topics.build('adminResponse', { client, area, verb })
  const to = clientSessionOf({ principal, client })
  context.effect({ kind: 'publish', topic, payload: JSON.stringify(response), qos: 1, retain: false, to })
}

/** Says the answer that was held. From now on it is also that of a repeated request. */
export function answerLater(context: Context, asker: Asker, response: AdminResponse): void {
  context.db
    .prepare('UPDATE request_memory SET response = ? WHERE principal = ? AND request_id = ?')
    .run(JSON.stringify(response), asker.principal, asker.request)
  publishAnswer(context, asker, response)
}
