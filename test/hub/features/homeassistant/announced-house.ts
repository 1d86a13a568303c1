import { readAnnouncement } from '../../../../hub/dialects/homeassistant/read-announcement.ts'
import type { Announcement } from '../../../../hub/dialects/said.ts'
import type { EffectOf } from '../../../../hub/engine/input.ts'
import type { TestHouse } from '../../engine/engine-in-memory.ts'

/** Long enough for Home Assistant to forget, and for everything to be said again. */
export const MINUTE = 60_000

/** What the house has said on topics of announcements, by topic. */
export class AnnouncedHouse {
  readonly house: TestHouse
  /** What is retained. */
  readonly retained = new Map<string, string>()
  /** All messages in their order; an empty one takes back. */
  readonly said: { topic: string; payload: string }[] = []

  constructor(house: TestHouse) {
    this.house = house
    this.hear()
  }

  /** Takes over what the last batch published. */
  hear(): readonly { topic: string; payload: string }[] {
    const fresh = this.house.effects
      .filter((effect): effect is EffectOf<'publish'> => effect.kind === 'publish')
      .filter(({ topic }) => topic.startsWith('homeassistant/'))
    for (const { topic, payload, retain } of fresh) {
      if (!retain) throw new Error(`${topic} is not retained`)
      this.said.push({ topic, payload })
      if (payload === '') this.retained.delete(topic)
      else this.retained.set(topic, payload)
    }
    return fresh
  }

  /** Sends it and takes over what came of it. */
  send(...inputs: Parameters<TestHouse['send']>) {
    this.house.send(...inputs)
    return this.hear()
  }

  /** Lets time go by, second by second. */
  wait(ms: number) {
    const fresh = []
    for (let gone = 0; gone < ms; gone += 1_000) {
      this.house.tick(1_000)
      fresh.push(...this.hear())
    }
    return fresh
  }

  restart(...changed: Parameters<TestHouse['restart']>): void {
    this.house.restart(...changed)
    this.retained.clear()
    this.hear()
  }

  topicOf(device: string): string | undefined {
    return [...this.retained.keys()].find((topic) => topic.endsWith(`/${device}/config`))
  }

  /** The announcement of a device as JSON. */
  config(device: string) {
    const text = this.retained.get(this.topicOf(device) ?? '')
    return text === undefined ? undefined : (JSON.parse(text) as Config)
  }

  /** The same as our own reader of announcements understands it. */
  read(device: string): Announcement {
    const topic = this.topicOf(device) ?? ''
    return readAnnouncement(topic, Buffer.from(this.retained.get(topic) ?? ''))
  }

  ledger() {
    return this.house.all<{ topic: string; gone: 0 | 1 }>(
      'SELECT topic, emptied_at IS NOT NULL AS gone FROM homeassistant_topics ORDER BY topic',
    )
  }
}

export interface Config {
  device: Record<string, unknown>
  origin: Record<string, unknown>
  availability: { topic: string; value_template: string }[]
  availability_mode: string
  components: Record<string, Record<string, unknown>>
}
