import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { EngineThread } from '../../../hub/engine/thread.ts'

const FILE = new URL('./thread-that-ends-at-once.ts', import.meta.url)
const NOT_LOADED = new URL('./thread-that-cannot-load.ts', import.meta.url)
const receipt = { now: 0, clockSynced: null }

function threadThat(says: 'failed' | 'stops' | 'dies' | 'hangs', file = FILE) {
  const thread = new EngineThread(file)
  const deaths: string[] = []
  thread.onDeath = (error) => deaths.push(error.message)
  const settings = {
    folder: says,
    keys: '',
    base: 'lares',
    version: '',
    logLevel: 'error',
    central: false,
    sections: {},
    receipt,
  }
  return { thread, deaths, start: () => thread.start(settings) }
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
      const { thread, deaths, start } = threadThat('stops')
      await start()
      const stopped = thread.stop(receipt)
      beBusy()
      await stopped
      expect(deaths).toEqual([])
    }
  })

  it('does not die when it ends because the store could not be opened', async () => {
    for (let time = 0; time < TIMES; time += 1) {
      const { deaths, start } = threadThat('failed')
      const started = start()
      beBusy()
      await expect(started).rejects.toMatchObject({ code: 'corrupt_database' })
      expect(deaths).toEqual([])
    }
  })

  it('leaves nobody waiting when it dies, and says so once', async () => {
    const { thread, deaths, start } = threadThat('dies')
    await start()
    const ends = await Promise.allSettled([thread.probe(receipt), thread.tick(receipt)])
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(deaths).toEqual(["the engine's thread ended with code 3"])
    await expect(thread.probe(receipt)).rejects.toThrow('does not run')
  })

  it('leaves nobody waiting when it is given up, which is no death', async () => {
    const { thread, deaths, start } = threadThat('hangs')
    await start()
    const asked = Promise.allSettled([thread.probe(receipt), thread.tick(receipt)])
    await thread.abandon()
    expect((await asked).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(deaths).toEqual([])
  })

  it('is the one that was loading when the store is opened', async () => {
    const { thread, start } = threadThat('stops')
    const before = await newestThread()
    thread.load()
    thread.load()
    expect((await start()).toTell).toEqual([`thread ${before + 1}`])
    await thread.stop(receipt)
  })

  it('says why it could not be loaded to whoever opens the store, and is begun anew by the next who does', async () => {
    const { thread, deaths, start } = threadThat('stops', NOT_LOADED)
    thread.load()
    // Whoever asks later than it ended and whoever asks before are told the same.
    await newestThread()
    await expect(start()).rejects.toThrow('its program cannot be loaded')
    await expect(start()).rejects.toThrow('its program cannot be loaded')
    expect([...new Set(deaths)]).toEqual(['its program cannot be loaded'])
  })
})

/** The number of a thread that begins now and has ended. */
async function newestThread(): Promise<number> {
  const worker = new Worker('', { eval: true })
  const { threadId } = worker
  await once(worker, 'exit')
  return threadId
}
