import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A scratch folder and the path of a hub's data folder in it, without symbolic links, for the shims compare paths. */
export function makeDataFolder(): { scratch: string; folder: string; remove: () => void } {
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'lares-fault-')))
  return {
    scratch,
    folder: join(scratch, 'data'),
    remove: () => rmSync(scratch, { recursive: true, force: true }),
  }
}
