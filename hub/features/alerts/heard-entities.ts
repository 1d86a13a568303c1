import type { State } from '../../../shared/messages/state.ts'

/** What an entity did since it is watched. Times are of the monotonic clock. */
export interface HeardEntity {
  /** Since when it is watched. */
  since: number
  heardAt: number
  changedAt: number
  last: State['value'] | undefined
  /** Of good values since the last look. */
  most: number | null
  least: number | null
  /** States in words since the last look. */
  words: Set<string>
}

/** More are not told apart between two looks. */
const WORDS = 16

interface News {
  entity: string
  value: State['value']
  words: string
  isGood: boolean
}

/** What became of watched entities between two looks: noted as it comes, and counted once it is on the disk. */
export class HeardEntities {
  #heard = new Map<string, HeardEntity>()
  #noted: News[] = []

  has(entity: string): boolean {
    return this.#heard.has(entity)
  }

  /** Begins to watch it. `ageMs`: how long ago its state was heard that is known. */
  watch(entity: string, { mono, ageMs, value }: { mono: number; ageMs: number; value: State['value'] | undefined }) {
    this.#heard.set(entity, {
      ...{ since: mono, heardAt: mono - ageMs, changedAt: mono, last: value },
      ...{ most: null, least: null, words: new Set() },
    })
  }

  of(entity: string): HeardEntity | undefined {
    return this.#heard.get(entity)
  }

  /** Of an entity that is watched: it may not come to be stored. */
  note(news: News): void {
    this.#noted.push(news)
  }

  /** What was noted is stored. Returns whether anything was. */
  stored(mono: number): boolean {
    if (this.#noted.length === 0) return false
    for (const news of this.#noted) this.#take(news, mono)
    this.#noted = []
    return true
  }

  /** What was noted is undone. */
  undone(): void {
    this.#noted = []
  }

  /** Those that were looked at begin anew. */
  looked(): void {
    for (const heard of this.#heard.values()) {
      heard.most = null
      heard.least = null
      heard.words.clear()
    }
  }

  /** Watches nothing any more but these. */
  keep(entities: ReadonlySet<string>): void {
    for (const entity of this.#heard.keys()) if (!entities.has(entity)) this.#heard.delete(entity)
  }

  #take({ entity, value, words, isGood }: News, mono: number): void {
    const heard = this.#heard.get(entity)
    if (!heard) return
    heard.heardAt = mono
    if (value !== heard.last) heard.changedAt = mono
    heard.last = value
    if (heard.words.size < WORDS) heard.words.add(words)
    if (typeof value !== 'number' || !isGood) return
    heard.most = Math.max(heard.most ?? value, value)
    heard.least = Math.min(heard.least ?? value, value)
  }
}
