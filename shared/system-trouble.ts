import { statSync } from 'node:fs'
import { dirname, isAbsolute } from 'node:path'
import { asError, type ErrorCode, LaresError } from './errors.ts'
import { runningUser } from './running-user.ts'
import { shellWord } from './shell-word.ts'

type Explain = (path: string) => [code: ErrorCode, what: string, hint: string]

/** What the operating system's refusals mean for whoever must mend them. */
const TROUBLES: Readonly<Record<string, Explain>> = {
  ENOENT: (path) => ['not_found', `there is no ${firstMissing(path)}`, 'Check how it is spelt, or make it.'],
  EACCES: refused,
  EPERM: refused,
  EISDIR: (path) => ['bad_params', `${path} is a folder, not a file`, 'Name a file.'],
  ENOTDIR: (path) => ['bad_params', `a part of ${path} is a file, not a folder`, 'Name another place.'],
  EEXIST: (path) => [
    'already_exists',
    `${path} is there already, as something else`,
    'Name another place, or move it away.',
  ],
  EROFS: (path) => [
    'no_permission',
    `${path} lies on a file system that is read-only`,
    'Name another place, or mount it writable.',
  ],
  ENOSPC: (path) => ['disk_full', `there is no room for ${path}`, 'Free space on the disk.'],
  EDQUOT: (path) => ['disk_full', `the quota leaves no room for ${path}`, 'Free space, or raise the quota.'],
  ENAMETOOLONG: (path) => ['bad_params', `the name ${path} is too long`, 'Choose a shorter one.'],
  ELOOP: (path) => [
    'bad_params',
    `${path} is a link that leads to itself`,
    'Remove the link: rm it, then name the real place.',
  ],
  EMFILE: () => ['busy', 'this process has too many files open', 'Raise LimitNOFILE of its service, then restart it.'],
}

/**
 * A refusal of the operating system as an error with a remedy; of `path` where it does not say itself what it was about.
 * Anything else is `internal`, with its own words.
 */
export function systemTrouble(thrown: unknown, path?: string): LaresError {
  if (thrown instanceof LaresError) return thrown
  const error: NodeJS.ErrnoException = asError(thrown)
  const explain = TROUBLES[error.code ?? '']
  if (!explain) return new LaresError('internal', error.message, { cause: thrown })
  const [code, what, hint] = explain(path ?? error.path ?? error.syscall ?? 'file')
  return new LaresError(code, what, { cause: thrown, hint })
}

/** Whether the operating system refused something for a reason that a person can mend. */
export function isSystemTrouble(thrown: unknown): boolean {
  return thrown instanceof Error && Object.hasOwn(TROUBLES, (thrown as NodeJS.ErrnoException).code ?? '')
}

/** The outermost part of a path that is not there: a file cannot be made where its folder is missing. */
function firstMissing(path: string): string {
  const folder = dirname(path)
  return folder === path || !isMissing(folder) ? path : firstMissing(folder)
}

/** Whether something is known not to be there; what nobody may look at is not. */
function isMissing(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined
  } catch {
    return false
  }
}

function refused(path: string): ReturnType<Explain> {
  if (isAbsolute(path) && isMissing(path))
    return [
      'no_permission',
      `the user ${runningUser()} may not make ${path}`,
      `Run it with sudo or as the owner of the folder (stat -c %U ${shellWord(dirname(path))}), or name another place.`,
    ]
  return [
    'no_permission',
    `the user ${runningUser()} may not use ${path}`,
    `Run it with sudo or as its owner, or give it away: sudo chown -R ${runningUser()} ${shellWord(path)}, and let everybody pass ` +
      `through ${dirname(path)}.`,
  ]
}
