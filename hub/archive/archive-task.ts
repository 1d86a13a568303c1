import type { ErrorCode } from '../../shared/errors.ts'
import type { HubPlaces } from './archive-files.ts'
import type { LyingArchive } from './archive-folder.ts'
import type { ArchivePlace } from './archive-place.ts'
import type { KeepRule } from './keep-rule.ts'

export interface MakeTask {
  task: 'make'
  places: HubPlaces
  version: string
  now: number
  place: ArchivePlace
  keep: KeepRule
}

export interface CheckTask {
  task: 'check'
  place: ArchivePlace
  name: string
  /** Where the database is unpacked for being opened, in a folder of its own that is removed again. */
  scratch: string
}

export interface RestoreTask {
  task: 'restore'
  place: ArchivePlace
  name: string
  /** The data folder, in which a house may be open. */
  folder: string
}

/** What a process that handles archives is told, in one line on its standard input: others could read the words of a program. */
export type ArchiveTask = (MakeTask | CheckTask | RestoreTask) & { passphrase: string | null }

export interface MadeArchive {
  name: string
  bytes: number
  madeAt: number
  /** Whether it was read again from where it lies. */
  verified: boolean
  /** All archives of this hub that lie there now; `null` where nobody can look. */
  lying: LyingArchive[] | null
}

export interface CheckedArchive {
  name: string
  /** When it was made, and how many readings are in it. */
  madeAt: number
  readings: number
}

/** A house that lies unpacked and checked beside the present one. */
export interface HouseBeside {
  house: string
  madeAt: number
  /** Of Lares, that made it. */
  version: string
  readings: number
  /** What of it is another one than here: the authority of the page's certificate, the key that devices know the hub by. */
  differs: readonly ('authority' | 'key')[]
  /** Whether its hub.toml lies beside, too. */
  hasSettings: boolean
  /** Files that its hub.toml had outside of the data folder, by their names there, with where they were. */
  outside: Readonly<Record<string, string>>
}

export type ArchivePhase = 'checking' | 'packing' | 'reading'

/** What it says, a line of JSON each; the last one says how it ended. */
export type ArchiveMessage =
  | { says: 'progress'; phase: ArchivePhase; done: number; total: number }
  /** The command that is given or gives an archive, which is also the group of all that it starts; `null`: it has ended. */
  | { says: 'command'; pid: number | null }
  | { says: 'done'; made?: MadeArchive; checked?: CheckedArchive; beside?: HouseBeside }
  | { says: 'failed'; code: ErrorCode; message: string; hint: string }
