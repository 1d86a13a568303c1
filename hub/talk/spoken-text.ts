/** What was spoken of an answer, clause by clause, to say later how far somebody heard it. */
export class SpokenText {
  #clauses: { text: string; ms: number }[] = []

  /** A clause begins. */
  begin(text: string): void {
    this.#clauses.push({ text, ms: 0 })
  }

  /** So much sound of the clause was made. */
  add(ms: number): void {
    const last = this.#clauses.at(-1)
    if (last) last.ms += ms
  }

  get text(): string {
    return this.#clauses.map(({ text }) => text).join(' ')
  }

  get ms(): number {
    return this.#clauses.reduce((sum, { ms }) => sum + ms, 0)
  }

  /** The words that were over when the sound stopped there; of a clause in the middle as many as its part of the time. */
  heard(playedMs: number): string {
    const heard: string[] = []
    let left = playedMs
    for (const { text, ms } of this.#clauses) {
      if (left >= ms) heard.push(text)
      else {
        const words = text.split(/\s+/)
        heard.push(...words.slice(0, Math.floor((words.length * Math.max(0, left)) / ms)))
        break
      }
      left -= ms
    }
    return heard.join(' ')
  }
}
