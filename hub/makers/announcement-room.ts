import type { Announcement } from '../dialects/said.ts'

/** What announcements of one source may take together. A house of two hundred devices with two thousand entities takes 3 MB. */
const ROOM_BYTES = 32 * 1_048_576
/** What an entity takes beside the text that announced it. */
const ENTITY_BYTES = 1_024
const MOST_TOPICS = 20_000

/** How much room the announcements of one source take that came in messages of their own. Of the oldest it knows what has to go. */
export class AnnouncementRoom {
  /** By topic, the one that was heard longest ago first. */
  #taken = new Map<string, number>()
  #sum = 0

  /** What a message of so many bytes announced takes the place of what its topic announced before. */
  take({ topic, entities }: Pick<Announcement, 'topic' | 'entities'>, bytes: number): void {
    this.give(topic)
    const taken = bytes + entities.length * ENTITY_BYTES
    this.#taken.set(topic, taken)
    this.#sum += taken
  }

  give(topic: string): void {
    this.#sum -= this.#taken.get(topic) ?? 0
    this.#taken.delete(topic)
  }

  /** Gives back what is too much, the oldest first and nothing that has to stay. Returns its topics. */
  clear(hasToStay: (topic: string) => boolean): string[] {
    const cleared: string[] = []
    for (const topic of this.#taken.keys()) {
      if (this.#sum <= ROOM_BYTES && this.#taken.size <= MOST_TOPICS) break
      if (hasToStay(topic)) continue
      this.give(topic)
      cleared.push(topic)
    }
    return cleared
  }
}

/** The announcements of a whole list, as far as there is room. The other devices are known, and nothing of them is connected. */
export function withinRoom(announcements: readonly Announcement[]): readonly Announcement[] {
  let taken = 0
  return announcements.map((announcement) => {
    taken += announcement.entities.length * ENTITY_BYTES
    if (taken <= ROOM_BYTES) return announcement
    const reason = `its source announces more than ${ROOM_BYTES / ENTITY_BYTES} entities`
    return {
      ...announcement,
      entities: [],
      notConnected: [{ part: 'device', component: 'device', name: null, reason }],
    }
  })
}
