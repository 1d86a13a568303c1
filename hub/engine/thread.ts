import { Worker } from 'node:worker_threads'
import type { ErrorCode } from '../../shared/errors.ts'
import { LaresError } from '../../shared/errors.ts'
import type { Batch } from './batch.ts'
import type { BatchResult } from './engine.ts'
import type { EngineSettings, FromEngine, ReadyFacts, StoreNumbers, ToEngine } from './engine-thread-messages.ts'
import type { Effect } from './input.ts'
import type { Receipt } from './receipt.ts'

export interface BatchAnswer {
  result: BatchResult
  /** The batch's buffer, to be filled again. */
  spare: ArrayBuffer
  numbers: StoreNumbers
}

/** Nothing of the batch was kept: the disk failed, or another program holds the database. */
export class DiskFault extends Error {
  readonly code: ErrorCode

  constructor(message: string, code: ErrorCode = 'disk_error') {
    super(message)
    this.code = code
  }
}

/** A fault of ours ended the transaction: nothing of the batch was kept, and the next one may go well. */
export class BrokenBatch extends Error {}

type Waiting = { resolve: (message: FromEngine) => void; reject: (error: Error) => void }

/**
 * The front's end of the engine's thread. Messages are answered in order, so a queue of waiting callers is enough.
 * A thread that dies takes everything with it that is not yet on disk, and nothing that was acknowledged.
 */
export class EngineThread {
  #file: URL
  #worker: Worker | null = null
  /** Somebody waits for its store, or has it. */
  #needed = false
  /** Why it ended while nobody needed it yet. */
  #endedEarly: Error | null = null
  #waiting: Waiting[] = []
  /** Called when the thread ends without being asked to. */
  onDeath: (error: Error) => void = () => {}

  /** `file`: what runs in the thread. */
  constructor(file: URL) {
    this.#file = file
  }

  /** Begins the thread, which loads its program and waits. A process that ends does not wait for it. May be left out. */
  load(): void {
    if (this.#worker) return
    const worker = new Worker(this.#file, { execArgv: ['--disable-warning=ExperimentalWarning'] })
    this.#worker = worker
    worker.unref()
    worker.on('message', (message: FromEngine) => {
      // Its end may follow in the same turn of the loop, before whoever waits for the answer runs; it was asked for.
      if (message.kind === 'stopped' || message.kind === 'failed') this.#worker = null
      this.#waiting.shift()?.resolve(message)
    })
    worker.on('error', (error) => this.#died(worker, error))
    worker.on('exit', (code) => this.#died(worker, new Error(`the engine's thread ended with code ${code}`)))
  }

  /** Opens the store. Throws what the store throws, such as `corrupt_database`. */
  async start(settings: EngineSettings): Promise<ReadyFacts> {
    const early = this.#endedEarly
    this.#endedEarly = null
    if (early) throw early
    this.load()
    this.#needed = true
    const worker = this.#worker
    worker?.ref()
    const first = await this.#ask({ kind: 'open', settings })
    if (first.kind === 'ready') return first
    // Before it ends: its end was asked for.
    this.#worker = null
    await worker?.terminate()
    if (first.kind === 'failed') throw new LaresError(first.code, first.message, { hint: first.hint })
    throw new Error(`the engine said ${first.kind} before it was ready`)
  }

  /** Rejects with `DiskFault` when nothing could be kept. */
  async process(batch: Batch, receipt: Receipt): Promise<BatchAnswer> {
    const answer = await this.#ask({ kind: 'batch', batch, receipt }, [batch.buffer])
    if (answer.kind === 'result') return { result: answer.result, spare: answer.buffer, numbers: answer.numbers }
    throw faultOf(answer)
  }

  async tick(receipt: Receipt): Promise<{ effects: Effect[]; numbers: StoreNumbers }> {
    const answer = await this.#ask({ kind: 'tick', receipt })
    if (answer.kind === 'effects') return answer
    throw faultOf(answer)
  }

  /** Resolves when the disk takes a commit again. */
  async probe(receipt: Receipt): Promise<void> {
    const answer = await this.#ask({ kind: 'probe', receipt })
    if (answer.kind !== 'healthy') throw faultOf(answer)
  }

  /** Writes what is in memory and closes the database. */
  async stop(receipt: Receipt): Promise<void> {
    const worker = this.#worker
    if (!worker) return
    const answer = await this.#ask({ kind: 'stop', receipt })
    this.#worker = null
    await worker.terminate()
    if (answer.kind !== 'stopped') throw faultOf(answer)
  }

  /** Ends the thread wherever it is: what is not on the disk is gone. Resolves once it has ended, which SQLite may delay. */
  async abandon(): Promise<void> {
    const worker = this.#worker
    this.#worker = null
    for (const { reject } of this.#waiting.splice(0)) reject(new Error("the engine's thread was ended"))
    await worker?.terminate()
  }

  #ask(message: ToEngine, transfer: ArrayBuffer[] = []): Promise<FromEngine> {
    if (!this.#worker) return Promise.reject(new Error('the engine does not run'))
    this.#worker.postMessage(message, transfer)
    return this.#answer()
  }

  #answer(): Promise<FromEngine> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  /** An error is followed by the exit, when the next thread may have begun. */
  #died(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return
    this.#worker = null
    if (!this.#needed) {
      this.#endedEarly = error
      return
    }
    for (const { reject } of this.#waiting.splice(0)) reject(error)
    this.onDeath(error)
  }
}

function faultOf(answer: FromEngine): Error {
  if (answer.kind === 'fault') return new DiskFault(answer.message, answer.code)
  if (answer.kind === 'broken') return new BrokenBatch(answer.message)
  return new Error(`the engine said ${answer.kind}`)
}
