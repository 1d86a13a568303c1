/** A queue of several owners who take turns: whoever asks much waits for what others ask little. */
export class FairQueue<T> {
  #perOwner: number
  /** Owners with something waiting; the first has the next turn. */
  #owners = new Map<string, T[]>()

  /** `perOwner`: how many may wait of one owner. */
  constructor(perOwner: number) {
    this.#perOwner = perOwner
  }

  /** False when enough of this owner waits already. */
  push(owner: string, item: T): boolean {
    const waiting = this.#owners.get(owner) ?? []
    if (waiting.length >= this.#perOwner) return false
    waiting.push(item)
    this.#owners.set(owner, waiting)
    return true
  }

  shift(): T | undefined {
    const [first] = this.#owners
    if (!first) return undefined
    const [owner, waiting] = first
    const item = waiting.shift()
    this.#owners.delete(owner)
    if (waiting.length > 0) this.#owners.set(owner, waiting)
    return item
  }

  /** Everything that waits; nothing does afterwards. */
  drain(): T[] {
    const all = [...this.#owners.values()].flat()
    this.#owners.clear()
    return all
  }
}
