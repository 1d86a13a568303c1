import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '../../shared/clock.ts'
import { decode, encode } from '../../shared/codec.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import { ERROR_CODES, LaresError } from '../../shared/errors.ts'
import { crockford } from '../../shared/ids.ts'
import type { JoinToken } from '../../shared/join-token.ts'
import { parseJoinToken } from '../../shared/join-token.ts'
import type { JoinResponse } from '../../shared/messages/join-response.ts'
import { topicsBelow } from '../../shared/topics.ts'
import type { DeviceIdentity } from './device-identity.ts'
import {
  clearPendingJoin,
  readDeviceIdentity,
  readPendingJoin,
  writeDeviceIdentity,
  writePendingJoin,
} from './device-identity.ts'
import { dial } from './dial.ts'
import { openConnection } from './hub-connection.ts'

const ANSWER_MS = 15_000

export interface JoinOptions {
  dataFolder: string
  clock: Clock
  agent: string
  hardware: string | null
  /** What the house calls this device. Absent: the name in the invitation. */
  name?: string
  /** Take the place of the identity that is here already. */
  again?: boolean
  /** Default `lares`. */
  base?: string
}

/**
 * Makes this machine a device of the hub that gave the token, and writes its identity into the data folder.
 *
 * The secret is on the disk before it is sent, and the same invitation always sends the same one: when the answer is
 * lost, joining again with the same token gives the same device.
 *
 * Throws `already_exists` when it has joined and `again` is not set, `bad_token`, `bad_code`, `code_expired`,
 * `code_used`, `wrong_pin` and `unreachable`.
 */
export async function joinHub(tokenText: string, options: JoinOptions): Promise<DeviceIdentity> {
  const token = parseJoinToken(tokenText)
  if (!options.again && readDeviceIdentity(options.dataFolder) !== null)
    throw new LaresError('already_exists', 'this agent has joined a hub already', {
      hint: 'Join with --again to give it a new identity; the old device then stays behind at its hub.',
    })
  const secret = secretFor(token, options.dataFolder)
  const response = await ask(token, secret, options)
  const identity: DeviceIdentity = {
    device: response.device,
    secret,
    addresses: token.addresses,
    pin: token.pin,
    base: options.base ?? 'lares',
    name: response.name ?? options.name ?? response.device,
    joined_at: Math.max(0, options.clock.now()),
  }
  writeDeviceIdentity(options.dataFolder, identity)
  clearPendingJoin(options.dataFolder)
  return identity
}

function secretFor(token: JoinToken, dataFolder: string): string {
  const invitation = createHash('sha256').update(token.code).digest('hex')
  const pending = readPendingJoin(dataFolder)
  if (pending?.invitation === invitation) return pending.secret
  const secret = randomBytes(32).toString('base64url')
  writePendingJoin(dataFolder, { invitation, secret })
  return secret
}

type Welcome = JoinResponse & { device: string }

async function ask(token: JoinToken, secret: string, options: JoinOptions): Promise<Welcome> {
  const { clock, agent, hardware, name } = options
  const topics = topicsBelow(options.base ?? 'lares')
  const client = `join.${crockford(10)}`
  const { socket, address } = await dial({ addresses: token.addresses, pin: token.pin, clock })
  const answer = Promise.withResolvers<JoinResponse>()
  const responseTopic = topics.build('joinResponse', { client })
  const connection = await openConnection(
    { socket, clock, clientId: client, username: 'join', password: token.code },
    ({ topic, payload }) => {
      if (topic !== responseTopic) return
      const decoded = decode('join-response', payload)
      if (decoded.ok) answer.resolve(decoded.value)
      else answer.reject(new LaresError('internal', `the hub's answer ${decoded.reason}`))
    },
  ).catch((error: unknown) => {
    if (error instanceof LaresError && error.code === 'forbidden')
      throw new LaresError('bad_code', 'the hub does not accept the code of this token', { cause: error })
    throw error
  })
  const cancel = clock.after(ANSWER_MS, () => answer.reject(noAnswer(address)))
  void connection.closed.then(() => answer.reject(noAnswer(address)))
  answer.promise.catch(() => {
    // awaited below, unless the subscription fails first: then that error counts
  })
  try {
    await connection.subscribe([responseTopic])
    const leaves = readDeviceIdentity(options.dataFolder)?.device
    const request = {
      ...{ code: token.code, secret, hardware, agent },
      ...(name === undefined ? {} : { name }),
      ...(leaves === undefined ? {} : { leaves }),
    }
    connection.publish(topics.build('joinRequest', { client }), encode('join-request', request), 1)
    return welcome(await answer.promise)
  } finally {
    cancel()
    await connection.end()
  }
}

function noAnswer(address: string): LaresError {
  return new LaresError('unreachable', `the hub at ${address} did not answer`, {
    hint: 'Run the same command again: the same token gives the same device.',
  })
}

function welcome(response: JoinResponse): Welcome {
  if (response.ok && response.device !== undefined) return { ...response, device: response.device }
  const { code, message, hint } = response.error ?? { code: 'internal', message: 'the hub gave no reason', hint: '' }
  const known = ERROR_CODES.find((known): known is ErrorCode => known === code) ?? 'internal'
  throw new LaresError(known, message, hint ? { hint } : {})
}
