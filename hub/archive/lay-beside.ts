import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LaresError } from '../../shared/errors.ts'
import { removeUnpackedHouse, unpackedName } from '../store/whole-exchange.ts'
import { isSealedName } from './archive-name.ts'
import type { HouseBeside, RestoreTask } from './archive-task.ts'
import type { ArchiveProgress } from './make-archive.ts'
import { openLying } from './open-lying.ts'
import { refuseMounts, unpackHouse } from './unpack-house.ts'

/**
 * Unpacks the house of an archive beside the one in the data folder, where a hub may run, and checks all of it. Nothing is decided by that.
 * Rejects with what is wrong with the archive, its place or the disk; then nothing of it is left. In a process of its own only.
 */
export async function layBeside(
  task: RestoreTask & { passphrase: string | null },
  progress: ArchiveProgress,
): Promise<HouseBeside> {
  const { folder, name } = task
  const passphrase = isSealedName(name) ? needed(task) : null
  // What an earlier one left that was killed.
  removeUnpackedHouse(folder)
  try {
    refuseMounts(folder)
    const { bytes, over } = openLying(task)
    const { manifest, hasSettings } = await unpackHouse(
      folder,
      { name, bytes, passphrase },
      {
        progress: (done, total) => progress('reading', done, total),
        checking: () => progress('checking', 0, 0),
      },
    )
    await over()
    // Its hub may be gone by now: then this process ends here, and the next start removes what it wrote.
    progress('checking', 1, 1)
    const { house, made_at: madeAt, version, rows, places } = manifest
    const { 'hub.toml': _, ...outside } = places
    // What hub.toml has elsewhere is not exchanged.
    const differs = DIFFERING.filter(([, file]) => !(file in outside) && isOther(folder, file)).map(([what]) => what)
    return { house, madeAt, version, readings: rows.readings ?? 0, differs, hasSettings, outside }
  } catch (error) {
    removeUnpackedHouse(folder)
    throw error
  }
}

const DIFFERING = [
  ['authority', 'ca.crt'],
  ['key', 'tls.key'],
] as const

function needed({ name, passphrase }: { name: string; passphrase: string | null }): string {
  if (passphrase !== null) return passphrase
  throw new LaresError('bad_params', `${name} is sealed, and nobody said its passphrase`, {
    hint: 'Type the passphrase that was in use when it was made.',
  })
}

/** Whether a file of the unpacked house is another one than that of the present house. */
function isOther(folder: string, name: string): boolean {
  const [here, beside] = [join(folder, name), join(folder, unpackedName(name))]
  if (!existsSync(here) || !existsSync(beside)) return existsSync(here) !== existsSync(beside)
  return !readFileSync(here).equals(readFileSync(beside))
}
