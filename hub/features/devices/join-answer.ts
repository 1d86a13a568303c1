import { decode } from '../../../shared/codec.ts'
import { LaresError } from '../../../shared/errors.ts'
import type { Context } from '../../engine/context.ts'
import type { InputOf } from '../../engine/input.ts'
import { countTry, join } from './joining.ts'

/** Lets a machine join, and tells it and nobody else what became of it. `left` hears of the device that it was before. */
export function answerJoin(
  context: Context,
  { client, session, payload }: InputOf<'join'>,
  left: (device: string) => void,
): void {
  const decoded = decode('join-request', Buffer.from(payload))
  let response: unknown
  try {
    if (!decoded.ok) throw new LaresError(decoded.code, decoded.reason)
    response = { ok: true, ...join(context, decoded.value) }
    if (decoded.value.leaves !== undefined) left(decoded.value.leaves)
  } catch (error) {
    if (!(error instanceof LaresError)) throw error
    if (decoded.ok && error.code === 'bad_code') countTry(context, decoded.value.code)
    response = { ok: false, error: { code: error.code, message: error.message, hint: error.hint } }
  }
  const topic = context.topics.build('joinResponse', { client })
  context.effect({ kind: 'publish', topic, payload: JSON.stringify(response), qos: 1, retain: false, to: session })
}
