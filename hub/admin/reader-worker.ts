import { parentPort, workerData } from 'node:worker_threads'
import { asError, LaresError } from '../../shared/errors.ts'
import { PAGE_BYTES } from '../../shared/limits.ts'
import { isCorruption, openDatabase } from '../../shared/sqlite/open.ts'
import { bytesWords } from '../../shared/time-words.ts'
import { authorize } from '../engine/authorize.ts'
import { findAdminCommand } from '../features/commands.ts'
import type { FromReader, ToReader } from './reader.ts'

/** The reader's thread: questions over a read-only connection, so that they never wait for a commit nor delay one. */
const { file } = workerData as { file: string }
const db = openDatabase({ file, readonly: true })

parentPort?.on('message', ({ area, verb, params, caller, now, danger }: ToReader) => {
  parentPort?.postMessage(answer())

  function answer(): FromReader {
    try {
      const command = findAdminCommand(area, verb)
      const ask = danger ? command?.danger : command?.query
      if (!command || !ask) throw new LaresError('unknown_command', `${area}/${verb} is no question`)
      const data = JSON.stringify(ask({ db, caller: authorize(command, caller), now }, params))
      if (data.length > PAGE_BYTES - 1024)
        throw new LaresError('query_too_long', `the answer to ${area}/${verb} has ${bytesWords(data.length)}`)
      return { data }
    } catch (error) {
      const code = isCorruption(error) ? 'corrupt_database' : 'internal'
      const known = error instanceof LaresError ? error : new LaresError(code, asError(error).message)
      return { code: known.code, message: known.message, hint: known.hint }
    }
  }
})
