import { parentPort, threadId } from 'node:worker_threads'
import type { ToEngine } from '../../../hub/engine/engine-thread-messages.ts'

/**
 * Stands in for the engine's thread at its end: it gives its last answer and is gone in the same moment, is gone without one,
 * or never answers. The folder that it is to open says which.
 */
let says = ''
parentPort?.on('message', (message: ToEngine) => {
  if (message.kind === 'open') {
    says = message.settings.folder
    if (says !== 'failed') parentPort?.postMessage({ kind: 'ready', toTell: [`thread ${threadId}`] })
    else {
      parentPort?.postMessage({ kind: 'failed', code: 'corrupt_database', message: 'damaged', hint: '' })
      parentPort?.close()
    }
    return
  }
  if (says === 'dies') process.exit(3)
  if (says === 'hangs') return
  parentPort?.postMessage({ kind: 'stopped', effects: [] })
  parentPort?.close()
})
