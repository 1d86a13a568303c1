import { connect } from 'node:net'
import { MqttClient } from 'mqtt'
import { decode } from '../shared/codec.ts'
import { asError, type ErrorCode, LaresError } from '../shared/errors.ts'
import { crockford } from '../shared/ids.ts'
import type { AdminResponse } from '../shared/messages/admin-response.ts'
import { topicsBelow } from '../shared/topics.ts'

export interface AdminClient {
  /** The answer's data. Throws the hub's own error with its remedy. */
  request(
    area: string,
    verb: string,
    params: Record<string, unknown>,
    how?: { /** Whether it may take away what it says. */ confirm?: boolean },
  ): Promise<unknown>
  close(): Promise<void>
}

const ANSWER_MS = 30_000

/**
 * Connects to a hub's local socket, whose file rights are the credential. `base` is the first level of its topics.
 * Throws `unreachable`, also when the hub has another base.
 */
export async function connectLocally(socket: string, base = 'lares'): Promise<AdminClient> {
  const topics = topicsBelow(base)
  const clientId = `local.${crockford(10)}`
  const client = new MqttClient(() => connect(socket), {
    clientId,
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: 5_000,
  })
  const waiting = new Map<string, { answer: (response: AdminResponse) => void; fail: (error: Error) => void }>()
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve())
    const failed = (error?: unknown) => reject(unreachable(socket, error))
    client.once('error', failed)
    client.once('close', failed)
  })
  client.on('error', () => client.end(true))
  client.on('message', (_topic, payload) => {
    const decoded = decode('admin-response', payload)
    if (decoded.ok) waiting.get(decoded.value.id)?.answer(decoded.value)
  })
  client.on('close', () => {
    for (const { fail } of waiting.values()) fail(unreachable(socket))
  })
  await client.subscribeAsync(`${topics.base}/admin/response/${clientId}/#`, { qos: 1 }).catch((cause: unknown) => {
    client.end(true)
    throw new LaresError('unreachable', `the hub at ${socket} does not answer below ${base}/`, {
      cause,
      hint: 'Its topics begin with something else: name it with --base, or name its data folder with --data.',
    })
  })
  return {
    async request(area, verb, params, { confirm = false } = {}) {
      const id = crockford(16)
      const answered = new Promise<AdminResponse>((resolve, reject) => {
        const timer = setTimeout(
          () => fail(new LaresError('unreachable', `the hub did not answer ${area}/${verb} in ${ANSWER_MS / 1000} s`)),
          ANSWER_MS,
        )
        const settle = () => {
          clearTimeout(timer)
          waiting.delete(id)
        }
        const fail = (error: Error) => {
          settle()
          reject(error)
        }
        const answer = (response: AdminResponse) => {
          settle()
          resolve(response)
        }
        waiting.set(id, { answer, fail })
      })
      const request = { id, params, expires_in_ms: ANSWER_MS, ...(confirm ? { confirm } : {}) }
      await client.publishAsync(topics.build('adminRequest', { area, verb }), JSON.stringify(request), { qos: 1 })
      const response = await answered
      if (response.status === 'ok') return response.data
      const error = response.error ?? { code: 'internal', message: `the hub answered ${response.status}`, hint: '' }
      throw new LaresError(error.code as ErrorCode, error.message, { hint: error.hint })
    },
    close: () => client.endAsync(true).catch(() => undefined) as Promise<void>,
  }
}

function unreachable(socket: string, cause?: unknown): LaresError {
  const reason = cause === undefined ? 'the connection was closed' : asError(cause).message
  return new LaresError('unreachable', `no hub answers at ${socket}: ${reason}`, {
    hint: 'Is the hub running, and may you open its socket (group lares)? Name another data folder with --data.',
  })
}
