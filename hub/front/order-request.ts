import { randomUUID } from 'node:crypto'
import { decode } from '../../shared/codec.ts'

/**
 * A message on the topic of an entity as the request that it stands for, `entities set`: it is judged, done and noted like one. What
 * cannot be read is an order that nobody takes, and is answered so.
 */
export function orderRequest(levels: Readonly<Record<string, string>>, payload: Buffer): Buffer {
  const { device = '', entity = '' } = levels
  const order = decode('entity-set', payload)
  const params = { device, entity, what: order.ok && order.value.what !== '' ? order.value.what : '?' }
  return Buffer.from(JSON.stringify({ id: randomUUID(), params }))
}
