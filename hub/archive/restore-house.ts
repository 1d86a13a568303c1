import { chmodSync, chownSync, copyFileSync, renameSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { systemClock } from '../../shared/clock.ts'
import { shellWord } from '../../shared/shell-word.ts'
import { askSecret } from '../../shared/terminal/ask-person.ts'
import { ProgressLine } from '../../shared/terminal/progress-line.ts'
import { localTime } from '../../shared/time-words.ts'
import { firstLineOf } from '../secrets/secret-file.ts'
import { putInPlace } from '../store/files.ts'
import { type Restored, restoreArchive } from './restore-archive.ts'

export interface RestoreCall {
  source: string
  replace: boolean
  /** Where hub.toml is to lie; absent: it stays in the data folder under another name. */
  config: string | undefined
  /** A file with the passphrase; absent: it is asked for, or read from standard input. */
  secretFile: string | undefined
  told: (what: string) => void
}

/** `lares hub restore` of an archive, from the passphrase to what is still to be done by hand. Returns what was done, in lines. */
export async function restoreHouse(folder: string, call: RestoreCall): Promise<string> {
  const { secretFile, told } = call
  const source = resolve(call.source)
  const now = systemClock.now()
  const line = new ProgressLine('restoring')
  const ask = async () =>
    secretFile === undefined
      ? await askSecret('passphrase of the backup', { twice: false })
      : firstLineOf(secretFile).toString('utf8')
  let restored: Restored
  try {
    restored = await restoreArchive(folder, {
      source,
      now,
      replace: call.replace,
      passphrase: ask,
      progress: (done, total) => line.show(done, total),
    })
  } finally {
    line.end()
  }
  const config = call.config === undefined ? undefined : resolve(call.config)
  if (config !== undefined && restored.settings !== null) told(placeSettings(restored.settings, { config, now }))
  return `${lines(restored, config).join('\n')}\n`
}

/** As an installation makes hub.toml: the group of its folder is the service's. */
const NEW_MODE = 0o640

/** Whoever may read the file that was there may read the new one: what was unpacked is for its owner alone, and the hub is not root. */
function placeSettings(from: string, { config, now }: { config: string; now: number }): string {
  const before = statSync(config, { throwIfNoEntry: false })
  const part = `${config}.${process.pid}.part`
  copyFileSync(from, part)
  const { uid, gid } = before ?? statSync(dirname(config))
  if (process.geteuid?.() === 0) chownSync(part, uid, gid)
  chmodSync(part, before ? before.mode & 0o777 : NEW_MODE)
  if (before) renameSync(config, `${config}.aside-${now}`)
  putInPlace(part, config)
  return before
    ? `${config} is the restored one; what was there lies in ${config}.aside-${now}`
    : `${config} was restored`
}

function lines({ manifest, aside, settings }: Restored, config: string | undefined): string[] {
  const { house, made_at, version, places } = manifest
  const outside = Object.entries(places).filter(([name]) => name !== 'hub.toml')
  return [
    `restored: the house ${JSON.stringify(house)} as it was at ${localTime(made_at)}, made by Lares ${version}`,
    aside === null ? 'there was nothing here before' : `what was here lies in ${aside}`,
    'everybody is logged out of every browser; tokens, passwords and devices that were ended since then are good again:',
    '  look at lares tokens list and lares devices list, or end all of them: sudo lares tokens revoke-everything --passwords',
    ...(settings !== null && config === undefined
      ? [`its hub.toml lies in ${settings}; look at it, then: sudo cp ${shellWord(settings)} /etc/lares/hub.toml`]
      : []),
    ...outside.map(
      ([name, path]) => `its hub.toml names ${path}: what lay there is ${name} of the data folder now; copy it there`,
    ),
  ]
}
