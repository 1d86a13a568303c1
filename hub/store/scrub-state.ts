import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { giveToOwnerOf } from '../../shared/give-to-owner.ts'

const position = z.strictObject({
  /** `file`, or a table or an index: `table readings`. */
  part: z.string(),
  /** The byte or the key behind which it goes on; 0 at the beginning. */
  after: z.union([z.number(), z.array(z.number())]),
})
const state = z.strictObject({
  /** Where the round that is under way goes on; `null`: none is. */
  at: position.nullable(),
  /**
   * When the round that is under way, or was last, began, and when the last one was through, in ms; `null`: never. Before the first
   * round: since when that has been due.
   */
  began: z.number().nullable(),
  finished: z.number().nullable(),
  /** Bytes of the file that the disk did not give in the round that is under way, or in the last one. */
  unreadableBytes: z.number(),
})

/** What a scrub reads next. Parts come in the order of their names. */
export type ScrubPosition = z.output<typeof position>
export type ScrubState = z.output<typeof state>

/** Lies beside the database and not in it: what is only looked at costs no commit. */
export const scrubFile = (database: string) => `${database}-scrub`

const NEVER: ScrubState = { at: null, began: null, finished: null, unreadableBytes: 0 }

/** A file that is gone or cannot be understood is one of a house that was never read: it costs one reading. */
export function readScrub(database: string): ScrubState {
  try {
    return parsed(readFileSync(scrubFile(database), 'utf8'))
  } catch {
    return NEVER
  }
}

/** When the whole database was last read, in ms; `null`: never. Rejects where nothing is known of it. */
export async function lastScrub(database: string): Promise<number | null> {
  return parsed(await readFile(scrubFile(database), 'utf8')).finished
}

const parsed = (text: string): ScrubState => state.parse(JSON.parse(text))

/** Not synced: what a power cut takes of it is read again. */
export function writeScrub(database: string, now: ScrubState): void {
  const file = scrubFile(database)
  const part = `${file}.part`
  writeFileSync(part, `${JSON.stringify(now)}\n`, { mode: 0o640 })
  giveToOwnerOf(dirname(database), part)
  renameSync(part, file)
}
