import { LaresError } from '../../shared/errors.ts'
import type { ProgramEnd } from './child-program.ts'

/** What to do about a file of the kernel, or what is behind it, that does not answer. */
export const HANGS = 'Its driver or cable hangs. Unplug what is connected there, or restart the machine.'

/** What the C library says (programs are run with LC_ALL=C), as the error that Node would have thrown. */
const CODES: readonly [said: string, code: string][] = [
  ['No such file or directory', 'ENOENT'],
  ['Permission denied', 'EACCES'],
  ['Operation not permitted', 'EPERM'],
  ['Device or resource busy', 'EBUSY'],
  ['Resource temporarily unavailable', 'EAGAIN'],
  ['Connection timed out', 'ETIMEDOUT'],
  ['No such device or address', 'ENXIO'],
  ['No such device', 'ENODEV'],
  ['Not a directory', 'ENOTDIR'],
  ['Is a directory', 'EISDIR'],
  ['Invalid argument', 'EINVAL'],
]

/** Why `program`, which was to read or write one file, ended as it did: an error with the code of the file's own. */
export function fileError(
  path: string,
  { lastError, problem }: ProgramEnd,
  { program, done }: { program: string; done: 'read' | 'written' },
): Error {
  if (problem !== null) return new LaresError('missing_program', `${program} could not be started (${problem})`)
  const code = CODES.find(([said]) => lastError.includes(said))?.[1] ?? 'EIO'
  const what = lastError.split(': ').at(-1) || 'it ended early'
  return Object.assign(new Error(`${path} cannot be ${done}: ${what}`), { code })
}
