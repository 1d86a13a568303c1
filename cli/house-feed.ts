import { connect } from 'node:net'
import { MqttClient } from 'mqtt'
import { decode, type Wire } from '../shared/codec.ts'
import { LaresError } from '../shared/errors.ts'
import { crockford } from '../shared/ids.ts'
import { silentLog } from '../shared/log.ts'
import { waitForStop } from '../shared/stop-signal.ts'
import { topicsBelow } from '../shared/topics.ts'

export type Heard =
  | { kind: 'state'; device: string; sensor: string; state: Wire<'state'> | null }
  | { kind: 'status'; device: string; status: Wire<'status'> | null }
  | { kind: 'event'; event: Wire<'admin-event'> }

/** What the hub publishes to those who look. */
const TOPICS = { state: 'state', status: 'status', event: 'adminEvent' } as const

const AGAIN_MS = 1_000

export interface FeedParts {
  socket: string
  base: string
  wanted: readonly Heard['kind'][]
  hear(heard: Heard): void
  /** The hub went away, or is there again. */
  changed(isThere: boolean): void
}

/**
 * Hears a hub over its local socket until Ctrl-C or SIGTERM, and connects again when the hub was away. `null` is what the
 * hub has cleared. Throws `unreachable` when it is not there at the beginning.
 */
export async function hearHouse({ socket, base, wanted, hear, changed }: FeedParts): Promise<void> {
  const topics = topicsBelow(base)
  const stop = waitForStop(silentLog)
  let isThere = false
  let wasThere = false
  let isEnding = false
  const client = new MqttClient(() => connect(socket), {
    clientId: `local.${crockford(10)}`,
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: AGAIN_MS,
    connectTimeout: 5_000,
  })
  // Only the first connection may fail for good; later the hub is being restarted.
  const failed = new Promise<never>((_resolve, reject) => {
    client.on('error', (cause) => {
      if (!wasThere) reject(notThere(socket, cause))
    })
    client.on('close', () => {
      if (!wasThere) reject(notThere(socket, undefined))
      if (isThere && !isEnding) changed(false)
      isThere = false
    })
  })
  client.on('connect', () => {
    client.subscribe(
      wanted.map((kind) => topics.filter(TOPICS[kind], {})),
      { qos: 1 },
    )
    isThere = true
    wasThere = true
    changed(true)
  })
  client.on('message', (topic, payload) => {
    const heard = heardOf(topics.parse(topic), payload)
    if (heard) hear(heard)
  })
  try {
    await Promise.race([stop.signal, failed])
  } finally {
    isEnding = true
    stop.release()
    await client.endAsync(true).catch(() => undefined)
  }
}

function heardOf(parsed: ReturnType<ReturnType<typeof topicsBelow>['parse']>, payload: Buffer): Heard | null {
  const { device = '', sensor = '' } = parsed?.levels ?? {}
  switch (parsed?.name) {
    case 'state': {
      const read = payload.length === 0 ? null : decode('state', payload)
      return read?.ok === false ? null : { kind: 'state', device, sensor, state: read?.value ?? null }
    }
    case 'status': {
      const read = payload.length === 0 ? null : decode('status', payload)
      return read?.ok === false ? null : { kind: 'status', device, status: read?.value ?? null }
    }
    case 'adminEvent': {
      const read = decode('admin-event', payload)
      return read.ok ? { kind: 'event', event: read.value } : null
    }
    default:
      return null
  }
}

function notThere(socket: string, cause: unknown): LaresError {
  return new LaresError('unreachable', `no hub answers at ${socket}`, {
    cause,
    hint: 'Is the hub running, and may you open its socket (group lares)? Name another data folder with --data.',
  })
}
