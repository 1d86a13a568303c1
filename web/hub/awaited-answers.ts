import { HubError } from './hub-error.ts'
import { pageClock } from './page-clock.ts'
import { randomText } from './random-text.ts'

/** How long somebody waits for a hub that is there. */
export const ANSWER_MS = 30_000

/** How a command is asked. */
export interface Question {
  /** Whether it may take away what it says. */
  confirm?: boolean
  /** Told where the answer is only what is known so far. */
  pending?: () => void
}

interface Response {
  id: string
  status: 'ok' | 'error' | 'pending'
  data?: unknown
  error?: { code: string; message: string; hint: string }
}

interface Awaited {
  take: (response: Response) => void
  fail: (error: HubError) => void
}

/** The requests of a connection that have no answer yet, by their id. */
export class AwaitedAnswers {
  #waiting = new Map<string, Awaited>()

  /** A request to publish, and its answer: it fails after `ANSWER_MS`, and with the hub's own error. */
  put<T>(command: string, params: object, { confirm = false, pending }: Question) {
    const id = randomText(16)
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const cancel = pageClock.after(ANSWER_MS, () =>
      this.#waiting.get(id)?.fail(new HubError('unreachable', `the hub did not answer ${command}`)),
    )
    const settle = () => {
      cancel()
      this.#waiting.delete(id)
    }
    this.#waiting.set(id, {
      take({ status, data, error }) {
        settle()
        if (status === 'pending') pending?.()
        if (status !== 'error') resolve(data as T)
        else
          reject(
            new HubError(error?.code ?? 'internal', error?.message ?? 'the hub did not say what is wrong', error?.hint),
          )
      },
      fail(error) {
        settle()
        reject(error)
      },
    })
    const request = { id, params, expires_in_ms: ANSWER_MS, ...(confirm ? { confirm } : {}) }
    return { request, answer: promise }
  }

  /** Bytes of an answer. One that nobody waits for is none of ours, or came too late. */
  take(payload: Uint8Array): void {
    const response = JSON.parse(new TextDecoder().decode(payload)) as Response
    this.#waiting.get(response.id)?.take(response)
  }

  failAll(error: HubError): void {
    for (const { fail } of [...this.#waiting.values()]) fail(error)
  }
}
