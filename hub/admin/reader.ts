import { Worker } from 'node:worker_threads'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { type ErrorCode, LaresError } from '../../shared/errors.ts'
import type { Service } from '../../shared/lifecycle.ts'
import { PER_PRINCIPAL, QUERY_MAX_MS } from '../../shared/limits.ts'
import type { Caller } from '../engine/caller.ts'
import { FairQueue } from './fair-queue.ts'

export interface ToReader {
  /** Whether the question is what the command would take away. */
  danger?: boolean
  area: string
  verb: string
  params: unknown
  caller: Caller
  now: number
  /** Monotonic clock after which nobody waits for the answer any more; absent: no limit. */
  deadline?: number | undefined
}

export type FromReader = { data: string } | { code: ErrorCode; message: string; hint: string }

const IDLE_MS = 60_000

interface Question {
  ask: ToReader
  resolve: (data: unknown) => void
  reject: (error: Error) => void
}

/**
 * Answers questions in a thread of its own, started when the first one comes and ended when none came for a minute.
 * A question that takes longer than ten seconds ends the thread and is an error. Principals take turns, and of each only so
 * many questions wait; more of them are `busy`.
 */
export class Reader implements Service {
  /** A question met damage in the database. Called after it was refused. */
  onDamage: (met: string) => void = () => {}
  #file: string
  #clock: Clock
  #worker: Worker | null = null
  #queue = new FairQueue<Question>(PER_PRINCIPAL.questions)
  #current: Question | null = null
  #deadline: Cancel = () => {}
  #idle: Cancel = () => {}

  constructor(file: string, clock: Clock) {
    this.#file = file
    this.#clock = clock
  }

  start(): void {}

  async stop(): Promise<void> {
    this.#fail(new LaresError('busy', 'the hub stops'))
    for (const question of this.#queue.drain()) question.reject(new LaresError('busy', 'the hub stops'))
    await this.#end()
  }

  ask(ask: ToReader): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#queue.push(ask.caller.principal, { ask, resolve, reject })) this.#next()
      else reject(new LaresError('busy', `${PER_PRINCIPAL.questions} questions of yours wait already`))
    })
  }

  #next(): void {
    if (this.#current) return
    const question = this.#nextInTime()
    this.#idle()
    if (!question) {
      this.#idle = this.#clock.after(IDLE_MS, () => void this.#end())
      return
    }
    this.#current = question
    this.#deadline = this.#clock.after(QUERY_MAX_MS, () => {
      this.#fail(
        new LaresError(
          'query_too_long',
          `${question.ask.area}/${question.ask.verb} took longer than ${QUERY_MAX_MS / 1000} s`,
        ),
      )
      void this.#end().then(() => this.#next())
    })
    this.#started().postMessage(question.ask)
  }

  /** Those that waited too long behind others are refused on the way. */
  #nextInTime(): Question | undefined {
    for (let question = this.#queue.shift(); question; question = this.#queue.shift()) {
      const { area, verb, deadline } = question.ask
      if (deadline === undefined || this.#clock.mono() < deadline) return question
      question.reject(new LaresError('expired', `${area}/${verb} waited too long behind other questions`))
    }
    return undefined
  }

  #started(): Worker {
    if (this.#worker) return this.#worker
    const worker = new Worker(new URL('./reader-worker.ts', import.meta.url), {
      workerData: { file: this.#file },
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    worker.on('message', (answer: FromReader) => {
      if (worker !== this.#worker) return
      const question = this.#current
      this.#done()
      if ('data' in answer) question?.resolve(JSON.parse(answer.data))
      else question?.reject(new LaresError(answer.code, answer.message, { hint: answer.hint }))
      if ('code' in answer && answer.code === 'corrupt_database') this.onDamage(answer.message)
      this.#next()
    })
    worker.on('error', (error) => {
      if (worker !== this.#worker) return
      this.#worker = null
      this.#fail(error)
      this.#next()
    })
    worker.unref()
    this.#worker = worker
    return worker
  }

  #fail(error: Error): void {
    const question = this.#current
    this.#done()
    question?.reject(error)
  }

  #done(): void {
    this.#deadline()
    this.#current = null
  }

  async #end(): Promise<void> {
    this.#idle()
    const worker = this.#worker
    this.#worker = null
    await worker?.terminate()
  }
}
