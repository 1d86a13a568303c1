import type { Cancel, Clock } from '../../shared/clock.ts'
import { asError, type ErrorCode, LaresError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { BatchWriter } from './batch.ts'
import type { StoreNumbers } from './engine-thread-messages.ts'
import type { Effect, StructuredInput, Verdict } from './input.ts'
import { VERDICTS } from './input.ts'
import type { Receipt } from './receipt.ts'
import { type BatchAnswer, BrokenBatch, DiskFault, type EngineThread } from './thread.ts'

/** `fault`: nothing was kept, so nothing may be acknowledged. */
export type Settled = Verdict | 'fault'

interface Pending {
  writer: BatchWriter
  settle: ((verdict: Settled) => void)[]
  values: Map<number, (value: unknown) => void>
}

interface Sent {
  pending: Pending
  answer: Promise<BatchAnswer | null>
}

export interface IntakeParts {
  engine: Pick<EngineThread, 'process' | 'tick' | 'probe'>
  clock: Clock
  log: Log
  receipt: () => Receipt
  /** To be done after each commit. */
  effects: (effects: Effect[]) => void
  numbers: (numbers: StoreNumbers, inputs: number) => void
  /** Nothing can be stored, or everything again. */
  degraded: (reason: string | null, code?: ErrorCode) => void
  /** A fault of ours ended a transaction, or one went well since. */
  broken: (reason: string | null) => void
  /** What helps against a full disk, in the order in which it is called. */
  full: FullDisk
}

export interface FullDisk {
  /** Gives up the room that was kept for this. */
  release(): void
  /** Thins while nobody is let in; `tick` and measurements of the disk are taken meanwhile. Whether there is enough room. */
  makeRoom(): Promise<boolean>
}

const PROBE_MS = 5_000
/** For a disk that takes a commit and is as good as full. */
export const NO_ROOM = 'the disk is full, and there is nothing more that may be removed yet'
/** A batch this large is sent on its own: more in one transaction gains nothing and delays the first of it. */
const BATCH_INPUTS = 4_096
const BATCH_BYTES = 4 * 1024 * 1024

/**
 * Gathers inputs while the engine commits the batch before: group commit without a timer. Everything that came is
 * answered in the order in which it came.
 *
 * When the disk fails, intake stops: every open input gets `fault`, new ones get it at once, and a probe every five
 * seconds finds out when the disk takes commits again. After a full disk it resumes only once there is room for what the
 * next who come bring: they would fill the little there is, and nothing would be left to thin with.
 */
export class Intake {
  #parts: IntakeParts
  #gathering: Pending[] = []
  #running = false
  #scheduled = false
  #ticking = false
  #fault: string | null = null
  #broken = false
  /** Room is made: the engine works, and nobody is let in. */
  #makesRoom = false
  #faultCode: ErrorCode = 'disk_error'
  #stopProbing: Cancel = () => {}
  #spare: ArrayBuffer | undefined
  #idle: (() => void)[] = []

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  /** Why nothing is taken at present, or `null`. */
  get fault(): string | null {
    return this.#fault
  }

  /** Inputs that wait for the engine. */
  get depth(): number {
    return this.#gathering.reduce((sum, pending) => sum + pending.settle.length, 0)
  }

  message(topic: string, payload: Uint8Array, settle: (verdict: Settled) => void): void {
    if (this.#fault !== null) {
      settle('fault')
      return
    }
    const pending = this.#current()
    pending.writer.message(topic, payload)
    pending.settle.push(settle)
    this.#schedule()
  }

  /** Resolves with what the engine answered. Rejects with the code of the fault when nothing could be kept. */
  input<T = unknown>(input: StructuredInput): Promise<{ verdict: Verdict; value: T }> {
    return new Promise((resolve, reject) => {
      let value: unknown
      const settle = (verdict: Settled) => {
        if (verdict === 'fault') reject(this.#refusal())
        else resolve({ verdict, value: value as T })
      }
      if (this.#fault !== null && !(this.#makesRoom && input.kind === 'disk')) {
        settle('fault')
        return
      }
      const pending = this.#current()
      pending.values.set(pending.writer.input(input), (answer) => {
        value = answer
      })
      pending.settle.push(settle)
      this.#schedule()
    })
  }

  /** One that fails to hear it must not keep the others, and the next batch, waiting for ever. */
  #tell(settle: (verdict: Settled) => void, verdict: Settled): void {
    try {
      settle(verdict)
    } catch (error) {
      this.#parts.log.error({ error: asError(error).stack }, 'what became of an input could not be told')
    }
  }

  #refusal(): LaresError {
    if (this.#fault === null) return new LaresError('internal', 'the hub failed at this, and kept nothing of it')
    return new LaresError(this.#faultCode, `the hub cannot store at present: ${this.#fault}`)
  }

  /** Takes nothing more. Resolves when everything that was taken before has been answered. */
  async close(): Promise<void> {
    await this.drained()
    this.#fault ??= 'the hub stops'
    this.#stopProbing()
  }

  /** Resolves when everything that was taken so far has been answered. */
  drained(): Promise<void> {
    if (!this.#running && this.#gathering.length === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  /** One that comes while another waits for the engine is left out: a slow engine must not find a hundred in its queue. */
  async tick(): Promise<void> {
    if ((this.#fault !== null && !this.#makesRoom) || this.#ticking) return
    this.#ticking = true
    try {
      const { effects, numbers } = await this.#parts.engine.tick(this.#parts.receipt())
      this.#parts.numbers(numbers, 0)
      this.#parts.effects(effects)
    } catch (error) {
      this.#failed(asError(error))
    } finally {
      this.#ticking = false
    }
  }

  #current(): Pending {
    const last = this.#gathering.at(-1)
    if (last && last.writer.count < BATCH_INPUTS && last.writer.used < BATCH_BYTES) return last
    const fresh: Pending = { writer: new BatchWriter(this.#spare), settle: [], values: new Map() }
    this.#spare = undefined
    this.#gathering.push(fresh)
    return fresh
  }

  /** After the sockets that are readable now were read, so that one wake-up makes one batch. */
  #schedule(): void {
    if (this.#running || this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      void this.#run()
    })
  }

  /**
   * Sends one batch after the other. When an answer comes, what was gathered meanwhile leaves before the answer is passed
   * on: telling a thousand clients takes half as long as a commit, and the engine would stand idle for it.
   */
  async #run(): Promise<void> {
    if (this.#running) return
    this.#running = true
    let sent = this.#send()
    while (sent) {
      const { pending, answer } = sent
      const answered = await answer
      sent = this.#send()
      this.#settle(pending, answered)
      sent ??= this.#send()
    }
    this.#running = false
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  /** Hands the oldest batch to the engine. Its answer is `null` when nothing of it was kept. */
  #send(): Sent | null {
    const pending = this.#gathering.shift()
    if (!pending) return null
    if (this.#fault !== null && !this.#makesRoom) return { pending, answer: Promise.resolve(null) }
    const answer = this.#parts.engine
      .process(pending.writer.finish(), this.#parts.receipt())
      .catch((error: unknown) => {
        this.#failed(asError(error))
        return null
      })
    return { pending, answer }
  }

  #settle(pending: Pending, answered: BatchAnswer | null): void {
    if (answered === null) {
      for (const settle of pending.settle) this.#tell(settle, 'fault')
      return
    }
    const { result, spare, numbers } = answered
    this.#spare = spare
    if (this.#broken) this.#parts.broken(null)
    this.#broken = false
    for (const [position, value] of result.values) pending.values.get(position)?.(value)
    for (const [position, settle] of pending.settle.entries())
      this.#tell(settle, VERDICTS[result.verdicts[position] ?? -1] ?? 'refused')
    this.#parts.numbers(numbers, pending.settle.length)
    this.#parts.effects(result.effects)
  }

  /** Closes the intake until the disk is well, as if a commit had met this. */
  suspend(fault: DiskFault): void {
    this.#failed(fault)
  }

  /** The disk closes the intake until it is well. A fault of ours costs what met it: others may pass. */
  #failed(error: Error): void {
    if (error instanceof BrokenBatch) {
      this.#broken = true
      this.#parts.broken(error.message)
      return
    }
    if (this.#fault !== null) return
    this.#note(error)
    this.#parts.log.error(
      { error: error.message },
      'the hub cannot store: intake stops until the database takes commits again',
    )
    if (error instanceof DiskFault) this.#probeLater()
  }

  /** The reason may change meanwhile: who holds the database is seen only while it is held. */
  #note(error: Error): void {
    if (this.#fault === error.message) return
    this.#fault = error.message
    this.#faultCode = error instanceof DiskFault ? error.code : 'disk_error'
    this.#parts.degraded(this.#fault, this.#faultCode)
  }

  #probeLater(): void {
    this.#stopProbing = this.#parts.clock.after(PROBE_MS, () => void this.#tryAgain())
  }

  async #tryAgain(): Promise<void> {
    try {
      await this.#probe()
      this.#fault = null
      this.#parts.log.info({}, 'the database takes commits again: intake resumes')
      this.#parts.degraded(null)
    } catch (error) {
      this.#note(asError(error))
      // What else ends it is the end of the engine.
      if (error instanceof DiskFault || error instanceof BrokenBatch) this.#probeLater()
    }
  }

  /** Throws what still keeps the database from being written. */
  async #probe(): Promise<void> {
    const { engine, full } = this.#parts
    const wasFull = this.#faultCode === 'disk_full'
    if (wasFull) full.release()
    await engine.probe(this.#parts.receipt())
    if (!wasFull) return
    this.#makesRoom = true
    try {
      if (!(await full.makeRoom())) throw new DiskFault(NO_ROOM, 'disk_full')
    } finally {
      this.#makesRoom = false
    }
    await engine.probe(this.#parts.receipt())
  }
}
