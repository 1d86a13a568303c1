interface Level<V> {
  children: Map<string, Level<V>>
  topic: string | null
}

function level<V>(): Level<V> {
  return { children: new Map(), topic: null }
}

/** Values by topic, found by filter: one look-up without wildcards, else only the branches that can match. */
export class RetainedStore<V> {
  #values = new Map<string, V>()
  #root: Level<V> = level()

  get size(): number {
    return this.#values.size
  }

  has(topic: string): boolean {
    return this.#values.has(topic)
  }

  get(topic: string): V | undefined {
    return this.#values.get(topic)
  }

  entries(): Iterable<[string, V]> {
    return this.#values
  }

  set(topic: string, value: V): void {
    if (!this.#values.has(topic)) {
      let at = this.#root
      for (const name of topic.split('/')) {
        const next = at.children.get(name) ?? level<V>()
        at.children.set(name, next)
        at = next
      }
      at.topic = topic
    }
    this.#values.set(topic, value)
  }

  delete(topic: string): boolean {
    if (!this.#values.delete(topic)) return false
    prune(this.#root, topic.split('/'), 0)
    return true
  }

  /** The values of all topics that the filter matches. */
  *match(filter: string): Generator<V> {
    const exact = this.#values.get(filter)
    if (exact !== undefined) {
      yield exact
      return
    }
    for (const topic of topics(this.#root, filter.split('/'), 0)) {
      const value = this.#values.get(topic)
      if (value !== undefined) yield value
    }
  }
}

/** Returns whether the branch is empty now. */
function prune<V>(at: Level<V>, levels: string[], depth: number): boolean {
  const name = levels[depth]
  if (name === undefined) at.topic = null
  else {
    const next = at.children.get(name)
    if (next && prune(next, levels, depth + 1)) at.children.delete(name)
  }
  return at.topic === null && at.children.size === 0
}

function* topics<V>(at: Level<V>, wanted: string[], depth: number): Generator<string> {
  const want = wanted[depth]
  if (want === undefined) {
    if (at.topic !== null) yield at.topic
    return
  }
  if (want === '#') {
    yield* everything(at, depth === 0)
    return
  }
  if (want !== '+') {
    const next = at.children.get(want)
    if (next) yield* topics(next, wanted, depth + 1)
    return
  }
  for (const [name, next] of at.children) {
    if (depth > 0 || !name.startsWith('$')) yield* topics(next, wanted, depth + 1)
  }
}

function* everything<V>(at: Level<V>, top: boolean): Generator<string> {
  if (at.topic !== null) yield at.topic
  for (const [name, next] of at.children) {
    if (!top || !name.startsWith('$')) yield* everything(next, false)
  }
}
