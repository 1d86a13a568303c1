import { lockFolder } from '../../shared/sqlite/lock.ts'
import { lockFile } from '../store/places.ts'
import { finishHouseExchange, isHouseExchanged } from '../store/whole-exchange.ts'

/**
 * Brings a restore of an archive to its end that was interrupted: before anything is read in the data folder, for the key of the
 * hub is of the one house or the other, too. Throws `already_running` while the restore goes on.
 */
export function finishRestore(folder: string): void {
  if (!isHouseExchanged(folder)) return
  const release = lockFolder(lockFile(folder))
  try {
    finishHouseExchange(folder)
  } finally {
    release()
  }
}
