import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** A file in the data folder that says which house stands there since it was restored. It belongs to that house. */
export const RESTORED_NOTE = 'hub.restored'

const note = z.object({
  /** Name of the house. */
  house: z.string(),
  /** When its archive was made, ms since 1970 UTC, and by which version of Lares. */
  made_at: z.int(),
  version: z.string(),
  /** Of the archive. */
  name: z.string(),
  restored_at: z.int(),
  /** How what was there before is called, `*` in the place of each name; `null`: there was nothing. */
  aside: z.string().nullable(),
})

export type RestoredNote = z.infer<typeof note>

/** What was restored last in a data folder; `null`: nothing, or nobody can say. */
export function readRestoredNote(folder: string): RestoredNote | null {
  try {
    return note.parse(JSON.parse(readFileSync(join(folder, RESTORED_NOTE), 'utf8')))
  } catch {
    return null
  }
}
