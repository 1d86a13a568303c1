import { existsSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { syncFile, syncFolder } from '../../shared/sync-file.ts'

/** Puts a finished temporary file in its place, durably: file, rename, folder. */
export function putInPlace(temporary: string, final: string): void {
  syncFile(temporary)
  renameSync(temporary, final)
  syncFolder(dirname(final))
}

/** What may lie beside a database and belongs to it. The file itself comes last: whoever moves them moves it last. */
export const COMPANIONS = ['-shm', '-wal', '-journal', ''] as const

/** A database and the files that belong to it, as far as they are there. */
export function databaseFiles(file: string): string[] {
  return COMPANIONS.map((suffix) => file + suffix).filter((name) => existsSync(name))
}
