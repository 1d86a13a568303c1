import { parentPort, workerData } from 'node:worker_threads'
import { openDatabase } from '../../shared/sqlite/open.ts'
import { answerQuestion } from './answer-question.ts'
import type { ToReader } from './reader.ts'

/** The reader's thread: questions over a read-only connection, so that they never wait for a commit nor delay one. */
const { file } = workerData as { file: string }
const db = openDatabase({ file, readonly: true })

parentPort?.on('message', (question: ToReader) => parentPort?.postMessage(answerQuestion(db, question)))
