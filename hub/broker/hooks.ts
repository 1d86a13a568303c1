import type { Clock } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import type {
  AuthVerdict,
  BrokerHooks,
  Connection,
  ConnectRequest,
  InboundPublish,
  PublishVerdict,
} from './connection.ts'
import type { QoS } from './qos.ts'

export interface GuardOptions {
  clock: Clock
  /** A hook that has not answered by then has refused. */
  timeoutMs: number
  /** Told of every throw, rejection and silence. */
  onFailure: (hook: string, error: Error) => void
}

function granted(answer: QoS | 'deny'): QoS | 'deny' {
  return answer === 0 || answer === 1 || answer === 2 ? answer : 'deny'
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

const REFUSED: AuthVerdict = { refuse: 3, reason: 'authentication failed to answer' }

/**
 * The same hooks with every way to fail turned into a refusal: in Aedes 1.2.0 a throw or a rejection in a hook ends the
 * process, and a hook that never answers holds its client for ever. A publish that is never settled is timed by its
 * queue, not here.
 */
export function guardHooks(hooks: BrokerHooks, options: GuardOptions): Required<BrokerHooks> {
  const { onFailure } = options
  const failed = (hook: string) => (thrown: unknown) => onFailure(hook, asError(thrown))

  /** Runs a hook that should be synchronous; a promise it returns by mistake is not left unhandled. */
  function attempt<T>(hook: string, refused: T, run: () => T): T {
    try {
      const answer = run()
      if (!isThenable(answer)) return answer
      answer.then(undefined, failed(hook))
    } catch (thrown) {
      failed(hook)(thrown)
    }
    return refused
  }

  return {
    authenticate: (connection, request) => authenticate(hooks, options, { connection, request }),
    publish(connection, message, settle) {
      guardPublish(hooks, onFailure, { connection, message, settle })
    },
    subscribe: (connection, filter, qos) =>
      granted(attempt<QoS | 'deny'>('subscribe', 'deny', () => hooks.subscribe(connection, filter, qos))),
    forward: (connection, topic) => attempt('forward', false, () => hooks.forward(connection, topic)) === true,
    connected: (connection) => attempt('connected', undefined, () => hooks.connected(connection)),
    disconnected: (connection, reason) =>
      attempt('disconnected', undefined, () => hooks.disconnected(connection, reason)),
    violation: (remote, clientId, reason) =>
      attempt('violation', undefined, () => hooks.violation?.(remote, clientId, reason)),
  }
}

interface Question {
  connection: Connection | null
  message: InboundPublish
  settle: (verdict: PublishVerdict) => void
}

function guardPublish(hooks: BrokerHooks, onFailure: GuardOptions['onFailure'], question: Question): void {
  const { connection, message, settle } = question
  const fail = (thrown: unknown) => {
    onFailure('publish', asError(thrown))
    settle('close')
  }
  try {
    const answer: unknown = hooks.publish(connection, message, settle)
    if (isThenable(answer)) answer.then(undefined, fail)
  } catch (thrown) {
    fail(thrown)
  }
}

async function authenticate(
  hooks: BrokerHooks,
  { clock, timeoutMs, onFailure }: GuardOptions,
  asked: { connection: Connection; request: ConnectRequest },
): Promise<AuthVerdict> {
  let cancel = () => {}
  const silence = new Promise<AuthVerdict>((resolve) => {
    cancel = clock.after(timeoutMs, () => {
      onFailure('authenticate', new Error('authenticate did not answer in time'))
      resolve(REFUSED)
    })
  })
  try {
    const verdict = await Promise.race([hooks.authenticate(asked.connection, asked.request), silence])
    // TypeScript knows better, a hook written in a hurry may not.
    if ('accept' in verdict || 'refuse' in verdict) return verdict
    throw new Error('authenticate gave no verdict')
  } catch (thrown) {
    onFailure('authenticate', asError(thrown))
    return REFUSED
  } finally {
    cancel()
  }
}
