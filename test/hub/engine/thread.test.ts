import { describe, expect, it } from 'vitest'
import { EngineThread } from '../../../hub/engine/thread.ts'

const FILE = new URL('./thread-that-ends-at-once.ts', import.meta.url)
const receipt = { now: 0, clockSynced: null }

function threadThat(says: 'failed' | 'stops') {
  const thread = new EngineThread(
    () => ({ folder: says, base: 'lares', version: '', logLevel: 'error', central: false, sections: {}, receipt }),
    FILE,
  )
  const deaths: string[] = []
  thread.onDeath = (error) => deaths.push(error.message)
  return { thread, deaths }
}

/** The order in which Node reports the two is a matter of chance. */
const TIMES = 6

/** A front that is busy finds the last answer and the end of the thread waiting together. */
function beBusy(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
}

// A hub that was slow to stop ended with status 70, as if its engine had died, and systemd started it again.
describe("the engine's thread", () => {
  it('does not die when it ends together with the answer to stop', async () => {
    for (let time = 0; time < TIMES; time += 1) {
      const { thread, deaths } = threadThat('stops')
      await thread.start()
      const stopped = thread.stop(receipt)
      beBusy()
      await stopped
      expect(deaths).toEqual([])
    }
  })

  it('does not die when it ends because the store could not be opened', async () => {
    for (let time = 0; time < TIMES; time += 1) {
      const { thread, deaths } = threadThat('failed')
      const started = thread.start()
      beBusy()
      await expect(started).rejects.toMatchObject({ code: 'corrupt_database' })
      expect(deaths).toEqual([])
    }
  })
})
