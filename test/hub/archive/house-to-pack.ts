import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HubPlaces } from '../../../hub/archive/archive-files.ts'
import type { ArchivePlace } from '../../../hub/archive/archive-place.ts'
import type { CheckTask, MakeTask } from '../../../hub/archive/archive-task.ts'
import { runArchiveTask } from '../../../hub/archive/run-archive-task.ts'
import { KeyFolder } from '../../../hub/secrets/key-folder.ts'
import { openStore } from '../../../hub/store/open-store.ts'
import { silentLog } from '../../../shared/log.ts'
import { HOUSE_ROWS } from '../store/house-rows.ts'

export const PASSPHRASE = 'correct horse battery staple'

/** A data folder with everything that an archive has: a house with readings and a recording, keys, a certificate, hub.toml. */
export function houseToPack(folder: string) {
  mkdirSync(folder, { recursive: true })
  const store = openStore({ folder, now: 1_000, log: silentLog })
  store.db.exec(HOUSE_ROWS)
  new KeyFolder(join(folder, 'keys')).make()
  const clip = join(folder, 'clips/2026-11-30/0123456789abcdefghjk.wav')
  mkdirSync(join(clip, '..'), { recursive: true, mode: 0o700 })
  writeFileSync(clip, Buffer.alloc(70_001, 'sound'), { mode: 0o600 })
  writeFileSync(join(folder, 'tls.key'), 'the key', { mode: 0o600 })
  writeFileSync(join(folder, 'tls.crt'), 'the certificate')
  writeFileSync(join(folder, '..', 'hub.toml'), '[listen]\ntls = "0.0.0.0:8883"\n')
  return store
}

export function placesOf(folder: string): HubPlaces {
  return {
    folder,
    keys: join(folder, 'keys'),
    tlsKey: join(folder, 'tls.key'),
    tlsCert: join(folder, 'tls.crt'),
    config: join(folder, '..', 'hub.toml'),
  }
}

type Options = Partial<MakeTask> & {
  passphrase?: string | null
  signal?: AbortSignal
  progress?: Parameters<typeof runArchiveTask>[1]['progress']
}

/** Makes an archive in a process, as the hub does. */
export async function make(
  folder: string,
  place: ArchivePlace,
  { passphrase = PASSPHRASE, signal, progress, ...task }: Options = {},
) {
  const { made } = await runArchiveTask(
    {
      task: 'make',
      places: placesOf(folder),
      version: '0.1.0',
      now: Date.UTC(2026, 10, 30, 3, 30),
      place,
      keep: { hours: 0, days: 7, weeks: 4 },
      passphrase,
      ...task,
    },
    { signal: signal ?? new AbortController().signal, ...(progress ? { progress } : {}) },
  )
  if (!made) throw new Error('nothing was made')
  return made
}

/** Has an archive opened, as `backups verify` does. */
export async function check(task: Omit<CheckTask, 'task'>, passphrase: string | null = PASSPHRASE) {
  const { checked } = await runArchiveTask(
    { task: 'check', ...task, passphrase },
    { signal: new AbortController().signal },
  )
  if (!checked) throw new Error('nothing was checked')
  return checked
}

export const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
