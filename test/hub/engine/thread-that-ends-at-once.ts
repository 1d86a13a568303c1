import { parentPort, workerData } from 'node:worker_threads'

/** Stands in for the engine's thread: gives its last answer and is gone in the same moment. */
const { folder: says } = workerData as { folder: string }
if (says === 'failed')
  parentPort?.postMessage({ kind: 'failed', code: 'corrupt_database', message: 'damaged', hint: '' })
else {
  parentPort?.postMessage({ kind: 'ready' })
  parentPort?.once('message', () => {
    parentPort?.postMessage({ kind: 'stopped', effects: [] })
    parentPort?.close()
  })
}
