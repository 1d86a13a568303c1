import { describe, expect, it } from 'vitest'
import { EngineThread } from '../../../hub/engine/thread.ts'

const FILE = new URL('./thread-that-ends-at-once.ts', import.meta.url)
const receipt = { now: 0, clockSynced: null }

function threadThat(says: 'failed' | 'stops' | 'dies' | 'hangs') {
  const thread = new EngineThread(
    () => ({
      folder: says,
      keys: '',
      base: 'lares',
      version: '',
      logLevel: 'error',
      central: false,
      sections: {},
      receipt,
    }),
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

  it('leaves nobody waiting when it dies, and says so once', async () => {
    const { thread, deaths } = threadThat('dies')
    await thread.start()
    const ends = await Promise.allSettled([thread.probe(receipt), thread.tick(receipt)])
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(deaths).toEqual(["the engine's thread ended with code 3"])
    await expect(thread.probe(receipt)).rejects.toThrow('does not run')
  })

  it('leaves nobody waiting when it is given up, which is no death', async () => {
    const { thread, deaths } = threadThat('hangs')
    await thread.start()
    const asked = Promise.allSettled([thread.probe(receipt), thread.tick(receipt)])
    await thread.abandon()
    expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(deaths).toEqual([])
  })
})
