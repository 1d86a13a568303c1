import type { Announcement } from './said.ts'

/** How one kind of program announces devices below a prefix. */
export interface Dialect {
  /** As it is called in settings and in `integration_type`. */
  name: string
  /** What the prefix is where nobody says another. */
  prefix: string
  /** The filters on which devices are announced. */
  announcing(prefix: string): readonly string[]
  /**
   * Begins to read what is announced below a prefix. Some need two messages to know a device, and keep the first; apart from
   * that it is pure, and nothing can make it throw.
   */
  reader(prefix: string): (message: { topic: string; payload: Uint8Array }) => Announced
}

/** What a message on an announcing topic says. */
export interface Announced {
  announcements: readonly Announcement[]
  /** Topics of announcements that are taken back. */
  removed: readonly string[]
  /** Whether these are all: who was announced before and is not among them has left. */
  whole: boolean
  /** Whether each stands in the place of an earlier one on its topic; else what it does not name stays as it was. */
  replaces: boolean
  /** One message announced all of them together. Absent: each had one of its own. */
  isList?: true
  /** Topics of announcements whose devices came back without saying how they are: they are asked again. Absent: none. */
  awake?: readonly string[]
  /** What is wrong with the message, as a sentence; `null`: nothing. */
  trouble: string | null
}

/** A message that says nothing of any device. */
export const NOTHING_ANNOUNCED: Announced = {
  announcements: [],
  removed: [],
  whole: false,
  replaces: false,
  trouble: null,
}
