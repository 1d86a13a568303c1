import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { LaresError } from '../../shared/errors.ts'
import { runningUser } from '../../shared/running-user.ts'
import { shellWord } from '../../shared/shell-word.ts'
import { systemTrouble } from '../../shared/system-trouble.ts'

const CARRIAGE_RETURN = 0x0d

/**
 * The secret in the first line of a file. Its group may read it, as what a service is given often is; everybody may not. Throws
 * `unsafe_key`, `not_found`, and what the system refuses.
 */
export function firstLineOf(file: string): Buffer {
  let bytes: Buffer
  try {
    const fd = openSync(file, constants.O_RDONLY)
    try {
      if ((fstatSync(fd).mode & 0o007) !== 0)
        throw new LaresError('unsafe_key', `everybody on this machine may read ${file}, which holds a secret`, {
          hint: `Take that away: sudo chown ${runningUser()} ${shellWord(file)} && sudo chmod 600 ${shellWord(file)}`,
        })
      bytes = readFileSync(fd)
    } finally {
      closeSync(fd)
    }
  } catch (cause) {
    throw cause instanceof LaresError ? cause : systemTrouble(cause, file)
  }
  const line = Buffer.from(bytes.subarray(0, endOfFirstLine(bytes)))
  bytes.fill(0)
  if (line.length > 0) return line
  throw new LaresError('not_found', `${file} holds no secret: its first line is empty`, {
    hint: `Write it there, in one line: sudo nano ${shellWord(file)}`,
  })
}

/** Windows ends a line with two bytes, and neither is a part of the secret. */
function endOfFirstLine(bytes: Buffer): number {
  const end = bytes.indexOf('\n')
  if (end < 0) return bytes.length
  return bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end
}
