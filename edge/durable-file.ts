import { closeSync, fsyncSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { crockford } from '../shared/ids.ts'
import { syncFolder } from '../shared/sync-file.ts'

/**
 * Writes a small file so that after a power cut it holds either the old or the new text, never half of one:
 * temporary name, fsync, rename, fsync of the folder. Mode 0600.
 */
export function writeDurably(file: string, text: string): void {
  const folder = dirname(file)
  const temporary = join(folder, `.${basename(file)}.${crockford(6)}`)
  try {
    const fd = openSync(temporary, 'wx', 0o600)
    try {
      writeSync(fd, text)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    renameSync(temporary, file)
  } catch (error) {
    discard(temporary)
    throw error
  }
  syncFolder(folder)
}

function discard(file: string): void {
  try {
    unlinkSync(file)
  } catch {
    // it was never made; the first error is the one that counts
  }
}
