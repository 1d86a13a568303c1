import type { Announcement } from './said.ts'

/** How one kind of program announces devices below a prefix. Pure: what it reads is in the message, and nothing can make it throw. */
export interface Dialect {
  /** As it is called in settings and in `integration_type`. */
  name: string
  /** What the prefix is where nobody says another. */
  prefix: string
  /** The filters on which devices are announced. */
  announcing(prefix: string): readonly string[]
  /** What a message on one of them says. */
  read(message: { prefix: string; topic: string; payload: Uint8Array }): Announced
}

export interface Announced {
  announcements: readonly Announcement[]
  /** Topics of announcements that are taken back. */
  removed: readonly string[]
  /** Whether these are all: who was announced before and is not among them has left. */
  whole: boolean
  /** What is wrong with the message, as a sentence; `null`: nothing. */
  trouble: string | null
}
