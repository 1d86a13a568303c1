import { asError, type ErrorCode, explain, LaresError } from './errors.ts'

/** What a program ends with, for scripts. Documented in docs/operations.md. */
export const EXIT = {
  ok: 0,
  /** It did not work, for a reason that is none of the others. Also "not well" of health, status and doctor. */
  failed: 1,
  /** The words are wrong: the same call will never work. */
  usage: 2,
  /** What is named does not exist. */
  notFound: 3,
  /** Nobody answers: it may work later. */
  unreachable: 4,
  /** It was understood, and is not allowed or not wanted. */
  refused: 5,
  /** `hub health`: it works, and somebody should look. */
  attention: 6,
  /** It was taken, and is not known to be done. */
  pending: 7,
} as const

const CODES: ReadonlyMap<ErrorCode, number> = new Map<ErrorCode, number>([
  ['unknown_command', EXIT.usage],
  ['bad_params', EXIT.usage],
  ['bad_token', EXIT.usage],
  ['not_found', EXIT.notFound],
  ['unreachable', EXIT.unreachable],
  ['central_away', EXIT.unreachable],
  ['forbidden', EXIT.refused],
  ['not_allowed', EXIT.refused],
  ['confirm_needed', EXIT.refused],
  ['already_exists', EXIT.refused],
  ['already_running', EXIT.refused],
  ['centrally_managed', EXIT.refused],
  ['fenced', EXIT.refused],
  ['bad_code', EXIT.refused],
  ['code_expired', EXIT.refused],
  ['code_used', EXIT.refused],
  ['clock_unsynced', EXIT.refused],
  ['wrong_pin', EXIT.refused],
  ['bad_login', EXIT.refused],
  ['too_many_tries', EXIT.refused],
])

export function exitCodeOf(error: unknown): number {
  return error instanceof LaresError ? (CODES.get(error.code) ?? EXIT.failed) : EXIT.failed
}

/** Node's error when code came without its packages, as after `git pull` alone; otherwise `null`. */
function missingPackage(error: unknown): LaresError | null {
  const { code, message }: NodeJS.ErrnoException = asError(error)
  const name = code === 'ERR_MODULE_NOT_FOUND' ? /^Cannot find package '([^']+)'/.exec(message)?.[1] : undefined
  if (name === undefined) return null
  return new LaresError('internal', `the npm package ${name} is missing`, {
    cause: error,
    hint: 'Run scripts/setup: it installs what this version needs.',
  })
}

/** An error as a program's last words: for a person, or with `--json` one line `{"error": {code, message, hint}}`. */
export function lastWords(thrown: unknown, words: readonly string[]): string {
  const error = missingPackage(thrown) ?? thrown
  const end = words.indexOf('--')
  if (!(end < 0 ? words : words.slice(0, end)).includes('--json')) return `${explain(error)}\n`
  const { code, message, hint } =
    error instanceof LaresError ? error : { code: 'internal', message: asError(error).message, hint: '' }
  return `${JSON.stringify({ error: { code, message, hint } })}\n`
}
