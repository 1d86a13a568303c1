import { existsSync } from 'node:fs'
import { asError, LaresError } from '../../shared/errors.ts'
import { giveToOwnerOf } from '../../shared/give-to-owner.ts'
import { listBackups } from './backup.ts'
import { exchange } from './exchange.ts'
import { bringIn } from './incoming.ts'
import { dropPart } from './part-files.ts'
import { backupFolder, storeFile } from './places.ts'
import { type SalvageOutcome, salvage, salvageFile } from './salvage.ts'
import { reportWords } from './salvage-report.ts'
import { isSound } from './sound.ts'
import type { StoreFolder } from './store-folder.ts'

/**
 * Puts another database in the place of one that is damaged or gone: what can be read of it, or else the newest sound backup. The
 * damaged one is set aside. Returns what a person must know, in sentences.
 *
 * Throws `corrupt_database` when there is neither; then everything is left as it is.
 */
export function mend(options: StoreFolder, { cause, migrations }: { cause: Error; migrations: string }): string[] {
  const { folder, now, log } = options
  const file = storeFile(folder)
  const isThere = existsSync(file)
  const backup = listBackups(backupFolder(folder)).find(isSound) ?? null
  const outcome = isThere ? trySalvage(options, { backup, cause }) : null
  if (outcome?.kind === 'saved') {
    giveToOwnerOf(folder, outcome.file)
    const setAside = exchange(file, outcome.file, { reason: 'damaged', now })
    log.error({ setAside, ...outcome.report }, 'the database is damaged: what could be read of it took its place')
    return [reportWords(outcome.report)]
  }
  dropPart(salvageFile(file))
  if (backup === null)
    throw new LaresError('corrupt_database', `${file} is damaged or gone and there is no backup`, { cause })
  const told: string[] = []
  const incoming = bringIn(backup, { file, migrations, told: (what) => told.push(what) })
  giveToOwnerOf(folder, incoming)
  const setAside = exchange(file, incoming, { reason: 'damaged', now })
  log.error({ setAside, backup }, 'the database is damaged or gone; the newest backup took its place')
  return [...(isThere ? notSaved(outcome) : ['the database was gone and a backup took its place']), ...told]
}

/** What goes wrong here must not keep the backup from its place. */
function trySalvage(
  { folder, log }: StoreFolder,
  { backup, cause }: { backup: string | null; cause: Error },
): SalvageOutcome {
  const file = storeFile(folder)
  log.warn({ file }, 'the database is damaged: what can be read of it is saved')
  try {
    return salvage({ file, target: salvageFile(file), backup, found: cause.message, log })
  } catch (error) {
    log.error({ error: asError(error).message }, 'what can be read of the damaged database could not be saved')
    return { kind: 'unreadable' }
  }
}

function notSaved(outcome: SalvageOutcome | null): string[] {
  if (outcome?.kind !== 'no_room') return []
  const needed = Math.ceil(outcome.neededBytes / 1e6)
  return [
    `the rows of the damaged database were not saved, because that needs ${needed} MB of free space; lares hub salvage saves them on another disk`,
  ]
}
