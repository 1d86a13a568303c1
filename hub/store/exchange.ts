import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { syncFile, syncFolder } from '../../shared/sync-file.ts'
import { noteSound } from './check-mark.ts'
import { COMPANIONS, databaseFiles } from './files.ts'

/** Why the present database makes room: a person put a copy in its place, or it is damaged. */
export type Reason = 'aside' | 'damaged'

/** There while the hub runs. Found at start: the last end was not clean. */
export const runningMark = (file: string) => `${file}-running`

/**
 * Puts a whole, checked database in the place of `file`; the present one is set aside with everything that belongs to it.
 * From the moment at which it has its name `….next-…`, the exchange is decided: whoever is interrupted after it, the next
 * who opens the folder brings it to its end. So at any moment one of the two is whole and nothing of them is mixed.
 * Returns where the present one lies now. Nobody may have either of them open.
 */
export function exchange(file: string, incoming: string, { reason, now }: { reason: Reason; now: number }): string {
  syncFile(incoming)
  let at = now
  while (COMPANIONS.some((suffix) => existsSync(`${file}.${reason}-${at}${suffix}`))) at += 1
  renameSync(incoming, `${file}.next-${reason}-${at}`)
  syncFolder(dirname(file))
  finishExchange(file)
  return `${file}.${reason}-${at}`
}

/** Brings an exchange to its end that was interrupted after it was decided. Call before the database is opened. */
export function finishExchange(file: string): void {
  const folder = dirname(file)
  const begun = `${basename(file)}.next-`
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (!name.startsWith(begun)) continue
    setAside(file, `${file}.${name.slice(begun.length)}`)
    syncFolder(folder)
    renameSync(join(folder, name), file)
    // It was checked before it came here.
    rmSync(runningMark(file), { force: true })
    noteSound(file)
    syncFolder(folder)
  }
}

function setAside(file: string, aside: string): void {
  // Somebody put a database here by hand in between: it keeps a name of its own.
  const taken = existsSync(aside) && existsSync(file)
  for (const name of databaseFiles(file)) renameSync(name, name.replace(file, taken ? `${aside}-later` : aside))
}
