import { join } from 'node:path'
import type { CheckedArchive } from '../../archive/archive-task.ts'
import { runArchiveTask } from '../../archive/run-archive-task.ts'
import type { RunOf } from '../../engine/job-run.ts'
import type { CHECK_BACKUP } from './job-kinds.ts'
import { withPassphrase } from './passphrase.ts'
import { placeToUse } from './place-to-use.ts'

/** Where a database is unpacked for being opened; a start removes what a killed one left. */
const SCRATCH = 'restoring.check'

/** Reads a backup from where it lies and opens its database. */
export const checkBackup: RunOf<typeof CHECK_BACKUP> = async ({ place, name }, run) => {
  const { settings, at } = placeToUse(place, run.settings)
  return await withPassphrase(settings, run.secrets, async (passphrase): Promise<CheckedArchive> => {
    const { checked } = await runArchiveTask(
      { task: 'check', place: at, name, scratch: join(run.hub.folder, SCRATCH), passphrase },
      { signal: run.signal, progress: ({ phase, done, total }) => run.progress({ phase, done, total }) },
    )
    if (!checked) throw new Error('the process that checks backups checked none')
    return checked
  })
}
