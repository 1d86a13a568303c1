import { existsSync, lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { LaresError } from '../../shared/errors.ts'
import { giveToOwnerOf } from '../../shared/give-to-owner.ts'
import { shellWord } from '../../shared/shell-word.ts'
import { isCopy } from './backup.ts'
import { backupFolder } from './places.ts'

/** Folders of the data folder that copies may lie in. Everything else there is the hub's own. */
const FOR_COPIES = ['backups', 'upgrades']
/** Names that the hub gives to its own copies and removes again. */
const HUBS_OWN = /^hub-\d{13}\.db$|\.part$/

/**
 * Where a copy of the database may be written: a new file in a folder that is there, nothing of the data folder itself. With
 * `replace` an earlier copy may be there, nothing else. Returns the absolute path. Throws `bad_params`, `not_found` or
 * `already_exists` before anything is written.
 */
export function checkCopyTarget(folder: string, target: string, { replace }: { replace: boolean }): string {
  const wanted = resolve(target)
  const parent = dirname(wanted)
  makeBackupFolder(folder, parent)
  if (!existsSync(parent))
    throw new LaresError('not_found', `there is no folder ${parent}`, {
      hint: `Make it: mkdir -p ${shellWord(parent)}`,
    })
  if (!lstatSync(realpathSync(parent)).isDirectory())
    throw new LaresError('bad_params', `${parent} is no folder`, { hint: 'Name a file in a folder that is there.' })
  // A link in the path must not lead back into the data folder.
  const file = join(realpathSync(parent), basename(wanted))
  checkDataFolder(realpathSync(folder), file)
  const found = lstatSync(file, { throwIfNoEntry: false })
  if (!found) return file
  if (found.isDirectory())
    throw new LaresError('bad_params', `${wanted} is a folder`, {
      hint: `Name a file in it: --to ${shellWord(`${wanted}/lares.db`)}`,
    })
  if (!found.isFile())
    throw new LaresError('bad_params', `${wanted} is there and is no ordinary file`, {
      hint: 'Name a file that is not there yet.',
    })
  if (!isCopy(file))
    throw new LaresError('already_exists', `${wanted} is there and is no copy made by lares hub backup`, {
      hint: 'Name a file that is not there yet. What is there is never overwritten, with --replace neither.',
    })
  if (!replace)
    throw new LaresError('already_exists', `${wanted} is there already`, {
      hint: 'Name another file, or say --replace to put the new copy in the place of the old one.',
    })
  return file
}

/** The one folder that is named to people before a first copy has made it. */
function makeBackupFolder(folder: string, parent: string): void {
  if (parent !== backupFolder(resolve(folder)) || existsSync(parent) || !existsSync(folder)) return
  mkdirSync(parent, { mode: 0o750 })
  giveToOwnerOf(folder, parent)
}

function checkDataFolder(folder: string, file: string): void {
  const inside = relative(folder, file)
  if (inside.startsWith('..')) return
  if (!FOR_COPIES.some((name) => dirname(inside) === name || dirname(inside).startsWith(`${name}/`)))
    throw new LaresError('bad_params', `${file} lies in the data folder, among the hub's own files`, {
      hint: `Choose a file in ${backupFolder(folder)}, or better on another disk.`,
    })
  if (HUBS_OWN.test(basename(file)))
    throw new LaresError('bad_params', `${basename(file)} is a name that the hub gives to its own copies`, {
      hint: 'Choose another name, such as whole.db.',
    })
}
