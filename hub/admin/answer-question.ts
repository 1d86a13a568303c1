import { asError, LaresError } from '../../shared/errors.ts'
import { PAGE_BYTES } from '../../shared/limits.ts'
import { type Database, isCorruption } from '../../shared/sqlite/open.ts'
import { bytesWords } from '../../shared/time-words.ts'
import { authorize } from '../engine/authorize.ts'
import { findAdminCommand } from '../features/commands.ts'
import type { FromReader, ToReader } from './reader.ts'

/**
 * Answers a question, or says what was wrong with it. All of its statements see the database as it was at the first of them: of a commit
 * between two of them one half of the answer would know, and what it summed up or moved would be in it twice or not at all.
 */
export function answerQuestion(db: Database, { area, verb, params, caller, now, danger }: ToReader): FromReader {
  try {
    const command = findAdminCommand(area, verb)
    const ask = danger ? command?.danger : command?.query
    if (!command || !ask) throw new LaresError('unknown_command', `${area}/${verb} is no question`)
    const context = { db, caller: authorize(command, caller), now }
    // Ends with an error too: a read that stayed open would keep the log from being emptied.
    const data = JSON.stringify(db.transaction(() => ask(context, params))())
    if (data.length > PAGE_BYTES - 1024)
      throw new LaresError('query_too_long', `the answer to ${area}/${verb} has ${bytesWords(data.length)}`)
    return { data }
  } catch (error) {
    const code = isCorruption(error) ? 'corrupt_database' : 'internal'
    const known = error instanceof LaresError ? error : new LaresError(code, asError(error).message)
    return { code: known.code, message: known.message, hint: known.hint }
  }
}
