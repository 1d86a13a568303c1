import type { Mutation } from './mutation.ts'

const INTAKE_TEST = 'test/hub/engine/intake.test.ts'
const THREAD = 'test/hub/engine/thread.test.ts'

/** What goes to the engine's thread and comes back, while the disk is well and while it is not. */
export const INTAKE: readonly Mutation[] = [
  {
    without: 'taking an input without a verdict for refused',
    file: 'hub/engine/intake.ts',
    text: "?? 'refused')",
    becomes: "?? 'stored')",
    test: { file: INTAKE_TEST, name: 'takes an input without a verdict for refused, never for stored' },
  },
  {
    without: 'refusing messages at once while the disk fails',
    file: 'hub/engine/intake.ts',
    text: "if (this.#fault !== null) {\n      settle('fault')",
    becomes: "if (this.#fault === '') {\n      settle('fault')",
    test: { file: INTAKE_TEST, name: 'refuses everything, says so once, and asks the disk every five seconds' },
  },
  {
    without: 'holding back what was gathered behind a batch that failed',
    endless: true,
    file: 'hub/engine/intake.ts',
    text: 'if (this.#fault !== null && !this.#makesRoom) return { pending',
    becomes: "if (this.#fault === '') return { pending",
    test: { file: INTAKE_TEST, name: 'sends nothing behind a batch that failed' },
  },
  {
    without: 'the probe that shows that the disk takes commits again',
    file: 'hub/engine/intake.ts',
    text: 'await engine.probe(this.#parts.receipt())\n    if (!wasFull) return',
    becomes: 'if (!wasFull) return',
    test: { file: INTAKE_TEST, name: 'refuses everything, says so once, and asks the disk every five seconds' },
  },
  {
    without: 'waiting for room after a full disk',
    file: 'hub/engine/intake.ts',
    text: "if (!(await full.makeRoom())) throw new DiskFault(NO_ROOM, 'disk_full')",
    becomes: 'await full.makeRoom()',
    test: {
      file: INTAKE_TEST,
      name: 'after a full disk gives up the kept room, and lets nobody in until there is enough',
    },
  },
  {
    without: 'giving up the room that is kept for a full disk',
    file: 'hub/engine/intake.ts',
    text: 'if (wasFull) full.release()',
    becomes: '',
    test: {
      file: INTAKE_TEST,
      name: 'after a full disk gives up the kept room, and lets nobody in until there is enough',
    },
  },
  {
    without: 'telling a fault of ours from one of the disk',
    file: 'hub/engine/intake.ts',
    text: 'if (error instanceof BrokenBatch) {',
    becomes: 'if (error instanceof TypeError) {',
    test: { file: INTAKE_TEST, name: 'lets a fault of ours cost what met it, and takes what comes after it' },
  },
  {
    without: 'bounding a batch by its bytes',
    file: 'hub/engine/intake.ts',
    text: ' && last.writer.used < BATCH_BYTES',
    becomes: '',
    test: { file: INTAKE_TEST, name: 'bounds a batch by its inputs and by its bytes' },
  },
  {
    without: 'asking for one tick at a time',
    file: 'hub/engine/intake.ts',
    text: ' || this.#ticking) return',
    becomes: ') return',
    test: { file: INTAKE_TEST, name: 'asks the engine for no tick while one waits' },
  },
  {
    without: 'containing somebody who fails to hear an answer',
    file: 'hub/engine/intake.ts',
    text: "this.#parts.log.error({ error: asError(error).stack }, 'what became of an input could not be told')",
    becomes: 'throw error',
    test: { file: INTAKE_TEST, name: 'goes on when somebody fails to hear what became of an input' },
  },
  {
    without: 'answering those who wait for a thread that dies',
    endless: true,
    file: 'hub/engine/thread.ts',
    text: 'for (const { reject } of this.#waiting.splice(0)) reject(error)\n    this.onDeath(error)',
    becomes: 'this.onDeath(error)',
    test: { file: THREAD, name: 'leaves nobody waiting when it dies' },
  },
  {
    without: 'answering those who wait for a thread that is given up',
    endless: true,
    file: 'hub/engine/thread.ts',
    text: 'for (const { reject } of this.#waiting.splice(0)) reject(new Error("the engine\'s thread was ended"))',
    becomes: '',
    test: { file: THREAD, name: 'leaves nobody waiting when it is given up' },
  },
]
