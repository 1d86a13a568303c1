import { parentPort, workerData } from 'node:worker_threads'

/**
 * Stands in for the engine's thread at its end: it gives its last answer and is gone in the same moment, is gone without one,
 * or never answers.
 */
const { folder: says } = workerData as { folder: string }
if (says === 'failed')
  parentPort?.postMessage({ kind: 'failed', code: 'corrupt_database', message: 'damaged', hint: '' })
else {
  parentPort?.postMessage({ kind: 'ready' })
  parentPort?.once('message', () => {
    if (says === 'dies') process.exit(3)
    if (says === 'hangs') return
    parentPort?.postMessage({ kind: 'stopped', effects: [] })
    parentPort?.close()
  })
}
