import type { MadeArchive } from '../../archive/archive-task.ts'
import { runArchiveTask } from '../../archive/run-archive-task.ts'
import type { RunOf } from '../../engine/job-run.ts'
import type { MAKE_BACKUP } from './job-kinds.ts'
import { withPassphrase } from './passphrase.ts'
import { placeToUse } from './place-to-use.ts'

/** Makes a backup and brings it to its place. */
export const makeBackup: RunOf<typeof MAKE_BACKUP> = async ({ place }, run) => {
  const { settings, at } = placeToUse(place, run.settings)
  const { version, ...places } = run.hub
  return await withPassphrase(settings, run.secrets, async (passphrase): Promise<MadeArchive> => {
    const { made } = await runArchiveTask(
      { task: 'make', places, version, now: run.clock.now(), place: at, keep: settings.keep, passphrase },
      { signal: run.signal, progress: ({ phase, done, total }) => run.progress({ phase, done, total }) },
    )
    if (!made) throw new Error('the process that makes backups made none')
    return made
  })
}
