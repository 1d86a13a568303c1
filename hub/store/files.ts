import { closeSync, existsSync, fsyncSync, openSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'

/** Makes what was renamed or created in a folder survive a power cut. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Puts a finished temporary file in its place, durably: file, rename, folder. */
export function putInPlace(temporary: string, final: string): void {
  const fd = openSync(temporary, 'r+')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(temporary, final)
  syncFolder(dirname(final))
}

/** A database and the two files that belong to it. */
export function databaseFiles(file: string): string[] {
  return [file, `${file}-wal`, `${file}-shm`].filter((name) => existsSync(name))
}
