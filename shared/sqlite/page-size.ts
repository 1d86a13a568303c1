import type { Database } from './open.ts'

/**
 * Bytes of a page of our databases. A file system writes blocks of 4 KB: a frame of the log holds a page and 24 bytes, so that of
 * SQLite's usual 4 KB always lies in two of them, and one of 2 KB in one or two.
 */
export const PAGE_SIZE = 2_048

/** Call on a new file, before anything is written to it. A database keeps the size that it was made with. */
export function usePageSize(db: Pick<Database, 'pragma'>): void {
  db.pragma(`page_size = ${PAGE_SIZE}`)
}
