import type { ParsedTopic, Topics } from '../../shared/topics.ts'

const KEPT = 20_000

/** Topics as they were parsed: devices use the same few again and again. */
export class TopicMemory {
  #topics: Topics
  #parsed = new Map<string, ParsedTopic | null>()

  constructor(topics: Topics) {
    this.#topics = topics
  }

  /** `null`: it is none of ours. */
  parse(text: string): ParsedTopic | null {
    let topic = this.#parsed.get(text)
    if (topic === undefined) {
      topic = this.#topics.parse(text)
      if (this.#parsed.size > KEPT) this.#parsed.clear()
      this.#parsed.set(text, topic)
    }
    return topic
  }
}
