import { closeSync, fsyncSync, openSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { crockford } from './ids.ts'
import { syncFolder } from './sync-file.ts'

/**
 * Writes a small file so that after a power cut it holds either the old or the new text, never half of one:
 * temporary name, fsync, rename, fsync of the folder. On a full disk the old text stays and nothing is left beside it.
 * Default mode 0600.
 */
export function writeDurably(file: string, text: string, mode = 0o600): void {
  writeWhole(file, text, { mode, sync: true })
  syncFolder(dirname(file))
}

/** The same for what is true only now: whoever reads finds a whole text, which a power cut may take back. */
export function writeFleetingly(file: string, text: string, mode: number): void {
  writeWhole(file, text, { mode, sync: false })
}

function writeWhole(file: string, text: string, { mode, sync }: { mode: number; sync: boolean }): void {
  const temporary = join(dirname(file), `.${basename(file)}.${crockford(6)}`)
  try {
    const fd = openSync(temporary, 'wx', mode)
    try {
      // Not writeSync: what has room for a part of it only would count as written.
      writeFileSync(fd, text)
      if (sync) fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(temporary, file)
  } catch (error) {
    discard(temporary)
    throw error
  }
}

function discard(file: string): void {
  try {
    unlinkSync(file)
  } catch {
    // it was never made; the first error is the one that counts
  }
}
