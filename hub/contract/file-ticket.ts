import type { Caller } from '../engine/caller.ts'
import type { SpeechChoice } from './speech-desk.ts'

/** What a ticket brings. Paths are the hub's own, never a caller's. */
export type TicketContent =
  /** A clip, by its file below the folder of clips. */
  | { kind: 'recording'; file: string }
  /** The newest copy of the database. */
  | { kind: 'backup' }
  /** Every reading that `readings query` answers for these params, page by page. */
  | { kind: 'readings'; format: 'csv' | 'ndjson'; params: Readonly<Record<string, unknown>> }
  /** A text, spoken. */
  | { kind: 'speech'; text: string; choice: SpeechChoice }
  /** No bytes, but the way for those of one sentence to what hears it. */
  | { kind: 'hearing'; choice: SpeechChoice }

/** Bytes that somebody may fetch, by the hash of what was handed out. */
export interface FileTicket {
  hash: string
  content: TicketContent
  /** What the file is called where it is kept. */
  name: string
  /** Who asked, and may fetch. */
  caller: Caller
  /** Whether they are logged in with a browser, whose cookie then comes along. */
  isBrowser: boolean
}
