interface Node<V> {
  children: Map<string, Node<V>>
  /** Values of the filter that ends here. */
  values: Map<unknown, V> | null
}

function node<V>(): Node<V> {
  return { children: new Map(), values: null }
}

/**
 * Which filters match a topic. Filters without wildcards are found by one look-up, the others by walking their levels,
 * so the cost of a look-up depends on the topic's depth and not on how many filters there are.
 */
export class FilterTree<V> {
  #exact = new Map<string, Map<unknown, V>>()
  #root: Node<V> = node()
  #wildcards = 0
  #size = 0

  /** Entries held, over all filters. */
  get size(): number {
    return this.#size
  }

  /** Adds or replaces the value of (filter, key). */
  add(filter: string, key: unknown, value: V): void {
    const values = this.#place(filter)
    const before = values.size
    values.set(key, value)
    if (values.size > before) this.#count(filter, 1)
  }

  get(filter: string, key: unknown): V | undefined {
    if (!isWildcard(filter)) return this.#exact.get(filter)?.get(key)
    let at: Node<V> | undefined = this.#root
    for (const level of filter.split('/')) at = at?.children.get(level)
    return at?.values?.get(key)
  }

  /** Whether there was such an entry. */
  remove(filter: string, key: unknown): boolean {
    if (!isWildcard(filter)) {
      const values = this.#exact.get(filter)
      if (!values?.delete(key)) return false
      if (values.size === 0) this.#exact.delete(filter)
    } else if (!removeFrom(this.#root, filter.split('/'), key)) return false
    this.#count(filter, -1)
    return true
  }

  /** Whether any filter matches the topic. */
  has(topic: string): boolean {
    if (this.#exact.has(topic)) return true
    return this.#wildcards > 0 && walk(this.#root, topic.split('/'), 0, () => true)
  }

  /** The values of every filter that matches the topic, those with wildcards first. */
  match(topic: string): V[] {
    const found: V[] = []
    if (this.#wildcards > 0) {
      walk(this.#root, topic.split('/'), 0, (values) => {
        found.push(...values.values())
        return false
      })
    }
    const exact = this.#exact.get(topic)
    if (exact) found.push(...exact.values())
    return found
  }

  #count(filter: string, step: 1 | -1): void {
    this.#size += step
    if (isWildcard(filter)) this.#wildcards += step
  }

  #place(filter: string): Map<unknown, V> {
    if (!isWildcard(filter)) {
      const values = this.#exact.get(filter) ?? new Map<unknown, V>()
      this.#exact.set(filter, values)
      return values
    }
    let at = this.#root
    for (const level of filter.split('/')) {
      const next = at.children.get(level) ?? node<V>()
      at.children.set(level, next)
      at = next
    }
    at.values ??= new Map()
    return at.values
  }
}

export function isWildcard(filter: string): boolean {
  return filter.includes('+') || filter.endsWith('#')
}

/** Removes (filter, key) and the branches that became empty. */
function removeFrom<V>(from: Node<V>, levels: string[], key: unknown): boolean {
  const [level, ...rest] = levels
  if (level === undefined) {
    if (!from.values?.delete(key)) return false
    if (from.values.size === 0) from.values = null
    return true
  }
  const next = from.children.get(level)
  if (!next || !removeFrom(next, rest, key)) return false
  if (next.values === null && next.children.size === 0) from.children.delete(level)
  return true
}

type Visit<V> = (values: Map<unknown, V>) => boolean

/** Visits the values of matching filters; stops and returns true when a visit does. */
function walk<V>(at: Node<V>, levels: string[], depth: number, visit: Visit<V>): boolean {
  const level = levels[depth]
  // `$` topics are not for filters that begin with a wildcard [MQTT-4.7.2-1].
  const reserved = depth === 0 && level?.charCodeAt(0) === 0x24
  if (!reserved) {
    const rest = at.children.get('#')
    if (rest?.values && visit(rest.values)) return true
  }
  if (level === undefined) return at.values !== null && visit(at.values)
  const same = at.children.get(level)
  if (same && walk(same, levels, depth + 1, visit)) return true
  const any = reserved ? undefined : at.children.get('+')
  return any !== undefined && walk(any, levels, depth + 1, visit)
}

/** Whether one filter matches one topic, by the same rules. */
export function filterMatches(filter: string, topic: string): boolean {
  if (filter === topic) return true
  if (!isWildcard(filter)) return false
  const wanted = filter.split('/')
  const levels = topic.split('/')
  if (topic.startsWith('$') && (wanted[0] === '+' || wanted[0] === '#')) return false
  for (const [depth, level] of wanted.entries()) {
    if (level === '#') return true
    const actual = levels[depth]
    if (actual === undefined || (level !== '+' && level !== actual)) return false
  }
  return wanted.length === levels.length
}
