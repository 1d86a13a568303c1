import { lstatSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** A file of the hub that goes into an archive. */
export interface ArchiveFile {
  /** Its name in the archive. */
  name: string
  path: string
}

/** Where a hub has its files. Absent: as it is without a word in hub.toml. */
export interface HubPlaces {
  folder: string
  /** The folder of keys. */
  keys: string
  tlsKey: string
  tlsCert: string
  /** hub.toml, when it runs with one. */
  config: string | null
}

/** Beside the database in the data folder: what makes this hub this hub. */
export const SINGLE_FILES = ['hub.toml', 'tls.key', 'tls.crt', 'ca.key', 'ca.crt', 'central.url'] as const
export const WHOLE_FOLDERS = ['keys', 'clips'] as const

/** Names that may stand in an archive, beside the database; a restore takes no other. */
export const ENTRY_NAME =
  /^(?:hub\.toml|tls\.key|tls\.crt|ca\.key|ca\.crt|central\.url|keys\/k[0-9a-z-]{1,40}\.key|clips\/\d{4}-\d\d-\d\d\/[0-9a-z]{20}\.wav)$/

/** What is there now, the small files first. A clip that is being recorded is none yet. */
export function archiveFiles(places: HubPlaces): ArchiveFile[] {
  const { folder, keys, tlsKey, tlsCert, config } = places
  const named: ArchiveFile[] = [
    ...(config === null ? [] : [{ name: 'hub.toml', path: config }]),
    { name: 'tls.key', path: tlsKey },
    { name: 'tls.crt', path: tlsCert },
    ...(['ca.key', 'ca.crt', 'central.url'] as const).map((name) => ({ name, path: join(folder, name) })),
    ...below(keys, 'keys'),
  ]
  const clips = join(folder, 'clips')
  const recorded = namesIn(clips).flatMap((day) => below(join(clips, day), `clips/${day}`))
  const ofSettings = new Set([config, tlsKey, tlsCert])
  return [...named, ...recorded].filter(
    ({ name, path }) => ENTRY_NAME.test(name) && isFile(path, { through: ofSettings.has(path) }),
  )
}

/** Files that lie outside of the data folder, by their names in the archive: a restore says where they were. */
export function outsidePlaces({ folder, keys, tlsKey, tlsCert, config }: HubPlaces): Record<string, string> {
  const usual = { keys: join(folder, 'keys'), 'tls.key': join(folder, 'tls.key'), 'tls.crt': join(folder, 'tls.crt') }
  const now = { keys, 'tls.key': tlsKey, 'tls.crt': tlsCert }
  const moved = Object.entries(now).filter(([name, path]) => path !== usual[name as keyof typeof usual])
  return Object.fromEntries([...moved, ...(config === null ? [] : [['hub.toml', config]])]) as Record<string, string>
}

function below(folder: string, prefix: string): ArchiveFile[] {
  return namesIn(folder).map((name) => ({ name: `${prefix}/${name}`, path: join(folder, name) }))
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}

/** What hub.toml names may be a link, as certificates often are; in the data folder the hub makes none. */
function isFile(path: string, { through }: { through: boolean }): boolean {
  const look = through ? statSync : lstatSync
  return look(path, { throwIfNoEntry: false })?.isFile() === true
}
