import { closeSync, fsyncSync, openSync } from 'node:fs'

/** Makes what was renamed, created or deleted in a folder survive a power cut. */
export function syncFolder(folder: string): void {
  syncFile(folder, 'r')
}

/** Makes what was written to a file survive a power cut. */
export function syncFile(file: string, flags = 'r+'): void {
  const fd = openSync(file, flags)
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
