import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { giveToOwnerOf } from '../../shared/give-to-owner.ts'
import { syncFile, syncFolder } from '../../shared/sync-file.ts'

/**
 * There while the database is not known to be sound: its last end was not clean, and its check has not passed yet. Once
 * damage was met it holds what was met, and nobody may be served before a thorough check has said otherwise.
 */
export const uncheckedMark = (file: string) => `${file}-unchecked`

/** `damage`: somebody met some. `check`: one is due. `none`: nothing is against this database. */
export function suspicionOf(file: string): 'none' | 'check' | 'damage' {
  const mark = uncheckedMark(file)
  if (!existsSync(mark)) return 'none'
  return readFileSync(mark).length === 0 ? 'check' : 'damage'
}

/** Survives a power cut. Damage that was met before stays noted. */
export function noteCheckDue(file: string): void {
  if (suspicionOf(file) === 'none') write(file, '')
}

/** Survives a power cut. Never throws: whoever calls it serves nobody from now on. */
export function noteDamage(file: string, met: string): void {
  try {
    write(file, `${met}\n`)
  } catch {
    noteWithoutRoom(uncheckedMark(file))
  }
}

/** A full disk takes no text. A length without one is kept beside the name, where there is room for it. */
function noteWithoutRoom(mark: string): void {
  try {
    truncateSync(mark, 1)
    syncFile(mark)
    syncFolder(dirname(mark))
  } catch {
    // a disk that takes nothing at all: the running mark stays, so the next start checks the database anyway
  }
}

/** Call after a check that passed. */
export function noteSound(file: string): void {
  if (suspicionOf(file) === 'none') return
  rmSync(uncheckedMark(file), { force: true })
  syncFolder(dirname(file))
}

function write(file: string, text: string): void {
  const mark = uncheckedMark(file)
  writeFileSync(mark, text, { mode: 0o640 })
  giveToOwnerOf(dirname(file), mark)
  syncFile(mark)
  syncFolder(dirname(file))
}
