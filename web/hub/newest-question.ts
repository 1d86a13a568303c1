/**
 * Asks what is asked again and again, such as a chart that moves on, once at a time: what comes meanwhile waits, and of that only the
 * newest is asked. So a hub that answers more slowly than it is asked is heard all the same, and asked no more than it can answer.
 */
export class NewestQuestion<Q, A> {
  #ask: (question: Q) => Promise<A>
  #take: (question: Q, answer: { data: A } | { error: unknown }) => void
  #asked = false
  #waiting: { question: Q } | null = null
  #ended = false

  constructor(ask: (question: Q) => Promise<A>, take: (question: Q, answer: { data: A } | { error: unknown }) => void) {
    this.#ask = ask
    this.#take = take
  }

  put(question: Q): void {
    this.#waiting = { question }
    if (!this.#asked) void this.#next()
  }

  /** Nothing is told any more. */
  end(): void {
    this.#ended = true
    this.#waiting = null
  }

  async #next(): Promise<void> {
    while (this.#waiting !== null) {
      const { question } = this.#waiting
      this.#waiting = null
      this.#asked = true
      const answer = await this.#ask(question).then(
        (data) => ({ data }),
        (error: unknown) => ({ error }),
      )
      this.#asked = false
      if (!this.#ended) this.#take(question, answer)
    }
  }
}
