import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { MqttClient } from 'mqtt'
import { cleanText } from '../shared/clean-text.ts'
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
  /** The address of a hub elsewhere that was reached. */
  address?: string | undefined
  /** Resolves with the reason when the connection ends, whoever ended it. */
  ended: Promise<LaresError>
  close(): Promise<void>
}

/** The way to a hub's broker, and what is said of it. */
export interface WayToHub {
  /** A connection to it. */
  stream: () => Duplex
  clientId: string
  /** First level of its topics. */
  base: string
  /** Absent: the connection itself says who it is. */
  login?: { username: string; password: string }
  /** Seconds until a hub that says nothing is asked whether it is there. */
  keepaliveS?: number
  /** Why it did not come about, or ended. Absent: it was closed. */
  trouble(cause?: unknown): LaresError
  /** It lets nobody hear answers below that base. */
  silent(cause: unknown): LaresError
}

/**
 * Connects to a hub's local socket, whose file rights are the credential. `base` is the first level of its topics.
 * Throws `unreachable`, also when the hub has another base.
 */
export function connectLocally(socket: string, base = 'lares'): Promise<AdminClient> {
  return askThrough({
    stream: () => connect(socket),
    clientId: `local.${crockford(10)}`,
    base,
    trouble: (cause) => unreachable(socket, cause),
    silent: (cause) =>
      new LaresError('unreachable', `the hub at ${socket} does not answer below ${base}/`, {
        cause,
        hint: 'Its topics begin with something else: name it with --base, or name its data folder with --data.',
      }),
  })
}

/** Asks through a door. Throws what its `trouble` and `silent` say. */
export async function askThrough(door: WayToHub): Promise<AdminClient> {
  const { clientId, base } = door
  const topics = topicsBelow(base)
  const client = await opened(door)
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
  let over: LaresError | null = null
  const ended = endOf(client, door, awaited)
  void ended.then((error) => {
    over = error
  })
  await client.subscribeAsync(`${answers}#`, { qos: 1 }).catch((cause: unknown) => {
    client.end(true)
    throw door.silent(cause)
  })
  return {
    async request(area, verb, params, { confirm = false, pending } = {}) {
      if (over !== null) throw over
      const id = crockford(16)
      const answered = awaited.wait(id, `${area}/${verb}`)
      const request = { id, params, expires_in_ms: ANSWER_MS, ...(confirm ? { confirm } : {}) }
      const topic = topics.build('adminRequest', { area, verb })
      // Once, or not at all: the client connects only once, so nothing is sent again by a later connection. A publish on one that
      // ends may never be settled, or with an error of MQTT's own: what fails is the answer.
      client
        .publishAsync(topic, JSON.stringify(request), { qos: 1 })
        .catch((error) => awaited.fail(id, door.trouble(error)))
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
async function opened({ stream, clientId, login, keepaliveS = 60, trouble }: WayToHub): Promise<MqttClient> {
  const client = new MqttClient(stream, {
    ...{ clientId, ...login },
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: 5_000,
    keepalive: keepaliveS,
  })
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => {
      client.off('error', failed).off('close', failed)
      resolve()
    })
    const failed = (error?: unknown) => {
      client.end(true)
      reject(trouble(error))
    }
    client.once('error', failed)
    client.once('close', failed)
  })
  return client
}

/** Why the connection ended. Nobody is left waiting for an answer then. */
function endOf(client: MqttClient, door: WayToHub, awaited: AwaitedAnswers): Promise<LaresError> {
  let cause: unknown
  client.on('error', (error) => {
    cause = error
    client.end(true)
  })
  return new Promise((resolve) => {
    client.on('close', () => {
      const error = door.trouble(cause)
      awaited.failAll(error)
      resolve(error)
    })
  })
}

function dataOf(response: AdminResponse): unknown {
  if (response.status !== 'error') return response.data
  const error = response.error ?? { code: 'internal', message: 'the hub did not say what is wrong', hint: '' }
  throw new LaresError(cleanText(error.code) as ErrorCode, cleanText(error.message), { hint: cleanLines(error.hint) })
}

/** A remedy may have several lines. */
function cleanLines(text: string): string {
  return text
    .split('\n')
    .map((line) => `${/^ */.exec(line)?.[0] ?? ''}${cleanText(line)}`)
    .join('\n')
}
