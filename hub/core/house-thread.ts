import { EngineThread } from '../engine/thread.ts'

/** The thread of a house: its engine over its database. It is not started yet. */
export function houseThread(): EngineThread {
  return new EngineThread(new URL('./house-worker.ts', import.meta.url))
}
