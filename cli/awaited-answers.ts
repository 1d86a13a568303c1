import { LaresError } from '../shared/errors.ts'
import type { AdminResponse } from '../shared/messages/admin-response.ts'

/** How long a person waits for a hub that is there. */
export const ANSWER_MS = 30_000

interface Awaited {
  answer: (response: AdminResponse) => void
  fail: (error: Error) => void
}

/** The requests of one connection that have no answer yet, by their id. */
export class AwaitedAnswers {
  #waiting = new Map<string, Awaited>()

  /** Resolves with the answer. Throws `unreachable` after `ANSWER_MS`, and what it is failed with before. */
  wait(id: string, command: string): Promise<AdminResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<AdminResponse>()
    const late = () => new LaresError('unreachable', `the hub did not answer ${command} in ${ANSWER_MS / 1_000} s`)
    const timer = setTimeout(() => this.fail(id, late()), ANSWER_MS)
    const settle = () => {
      clearTimeout(timer)
      this.#waiting.delete(id)
    }
    this.#waiting.set(id, {
      answer(response) {
        settle()
        resolve(response)
      },
      fail(error) {
        settle()
        reject(error)
      },
    })
    return promise
  }

  /** An answer that nobody waits for is none of ours, or came too late. */
  take(response: AdminResponse): void {
    this.#waiting.get(response.id)?.answer(response)
  }

  fail(id: string, error: Error): void {
    this.#waiting.get(id)?.fail(error)
  }

  failAll(error: Error): void {
    for (const { fail } of this.#waiting.values()) fail(error)
  }
}
