import { LaresError } from '../../shared/errors.ts'
import { parseNumber } from './unknown.ts'

/** What a file system holds. `files` is 0 where it has no fixed number of inodes (btrfs). */
export interface Space {
  bytes: number
  /** Free for everybody, without what is reserved for root. */
  availableBytes: number
  freeBytes: number
  files: number
  freeFiles: number
}

/** By its path: what measures a disk does not depend on where a test or a service looks for programs. */
const STAT = '/usr/bin/stat'

/** The command whose output `parseSpace` reads. A network disk whose server is gone hangs a program, not a thread of ours. */
export const spaceCommand = (path: string) => [STAT, '-f', '-c', '%S %b %a %f %c %d', '--', path]

/** Throws `bad_value` when it is no output of `spaceCommand`. */
export function parseSpace(output: string): Space {
  const [block, blocks, available, free, files, freeFiles] = output.trim().split(' ').map(parseNumber)
  if (!block || blocks == null || available == null || free == null || files == null || freeFiles == null)
    throw new LaresError('bad_value', `${STAT} did not print six numbers but ${JSON.stringify(output)}`)
  return {
    bytes: blocks * block,
    availableBytes: available * block,
    freeBytes: free * block,
    files,
    freeFiles,
  }
}
