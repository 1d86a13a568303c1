import { connect } from 'node:net'
import { MqttClient } from 'mqtt'
import { decode } from '../shared/codec.ts'
import { type ErrorCode, LaresError } from '../shared/errors.ts'
import { crockford } from '../shared/ids.ts'
import type { AdminResponse } from '../shared/messages/admin-response.ts'
import { topicsBelow } from '../shared/topics.ts'
import { ANSWER_MS, AwaitedAnswers } from './awaited-answers.ts'
import { unreachable } from './unreachable.ts'

export interface AdminClient {
  /** The answer's data, or what is known so far where that is `pending`. Throws the hub's own error with its remedy. */
  request(
    area: string,
    verb: string,
    params: Record<string, unknown>,
    how?: {
      /** Whether it may take away what it says. */
      confirm?: boolean
      /** Told where the answer is only what is known so far. */
      pending?: () => void
    },
  ): Promise<unknown>
  /** Hears what comes on topics that fit a filter, retained ones at once. */
  hear(filters: readonly string[], heard: (topic: string, payload: Buffer) => void): Promise<void>
  /** Resolves with the reason when the connection ends, whoever ended it. */
  ended: Promise<LaresError>
  close(): Promise<void>
}

/**
 * Connects to a hub's local socket, whose file rights are the credential. `base` is the first level of its topics.
 * Throws `unreachable`, also when the hub has another base.
 */
export async function connectLocally(socket: string, base = 'lares'): Promise<AdminClient> {
  const topics = topicsBelow(base)
  const clientId = `local.${crockford(10)}`
  const client = await opened(socket, clientId)
  const awaited = new AwaitedAnswers()
  const listeners: ((topic: string, payload: Buffer) => void)[] = []
  const answers = `${topics.base}/admin/response/${clientId}/`
  client.on('message', (topic, payload) => {
    if (!topic.startsWith(answers)) for (const heard of listeners) heard(topic, payload)
    else {
      const decoded = decode('admin-response', payload)
      if (decoded.ok) awaited.take(decoded.value)
    }
  })
  const ended = endOf(client, socket, awaited)
  await client.subscribeAsync(`${answers}#`, { qos: 1 }).catch((cause: unknown) => {
    client.end(true)
    throw new LaresError('unreachable', `the hub at ${socket} does not answer below ${base}/`, {
      cause,
      hint: 'Its topics begin with something else: name it with --base, or name its data folder with --data.',
    })
  })
  return {
    async request(area, verb, params, { confirm = false, pending } = {}) {
      const id = crockford(16)
      const answered = awaited.wait(id, `${area}/${verb}`)
      const request = { id, params, expires_in_ms: ANSWER_MS, ...(confirm ? { confirm } : {}) }
      const topic = topics.build('adminRequest', { area, verb })
      // A publish on a connection that ends may never be settled, or with an error of MQTT's own: what fails is the answer.
      client
        .publishAsync(topic, JSON.stringify(request), { qos: 1 })
        .catch((error) => awaited.fail(id, unreachable(socket, error)))
      const response = await answered
      if (response.status === 'pending') pending?.()
      return dataOf(response)
    },
    async hear(filters, heard) {
      listeners.push(heard)
      const subscribed = client.subscribeAsync([...filters], { qos: 1 })
      await Promise.race([subscribed, ended.then((error) => Promise.reject(error))])
    },
    ended,
    close: () => client.endAsync(true).catch(() => undefined) as Promise<void>,
  }
}

/** A connection that the hub has accepted. */
async function opened(socket: string, clientId: string): Promise<MqttClient> {
  const client = new MqttClient(() => connect(socket), {
    clientId,
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: 5_000,
  })
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve())
    const failed = (error?: unknown) => reject(unreachable(socket, error))
    client.once('error', failed)
    client.once('close', failed)
  })
  return client
}

/** Why the connection ended. Nobody is left waiting for an answer then. */
function endOf(client: MqttClient, socket: string, awaited: AwaitedAnswers): Promise<LaresError> {
  let trouble: unknown
  client.on('error', (error) => {
    trouble = error
    client.end(true)
  })
  return new Promise((resolve) => {
    client.on('close', () => {
      const error = unreachable(socket, trouble)
      awaited.failAll(error)
      resolve(error)
    })
  })
}

function dataOf(response: AdminResponse): unknown {
  if (response.status !== 'error') return response.data
  const error = response.error ?? { code: 'internal', message: 'the hub did not say what is wrong', hint: '' }
  throw new LaresError(error.code as ErrorCode, error.message, { hint: error.hint })
}
