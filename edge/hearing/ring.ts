/** The last few items, oldest first: what was heard just before somebody was noticed speaking. */
export class Ring<T> {
  #items: T[] = []
  #size: number

  constructor(size: number) {
    this.#size = size
  }

  push(item: T): void {
    this.#items.push(item)
    if (this.#items.length > this.#size) this.#items.shift()
  }

  /** Hands out everything and forgets it. */
  take(): T[] {
    return this.#items.splice(0)
  }

  clear(): void {
    this.#items = []
  }

  get length(): number {
    return this.#items.length
  }
}
