import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import { durationWords } from '../../shared/time-words.ts'
import { CollectedSentence } from '../ports/collected-sentence.ts'
import type { HeardWords, HearingSentence, HearOptions, SpeechToText } from '../ports/speech-to-text.ts'
import { MODEL_RATE } from './decoder.ts'
import type { FromMoonshine, MoonshineStart, ToMoonshine } from './moonshine-messages.ts'

/** A model of 63 MB is read and prepared: a slow card and processor may take as long. */
const READY_MS = 60_000
/** What a sentence may take beside some times its own length. */
const LEAST_MS = 10_000
const TIMES_REAL = 4
/** So long nobody says anything: its memory is worth more than the second of the next start. */
const IDLE_MS = 600_000
/** More memory than any sentence needs: what has it lost some, and begins anew. */
const MOST_BYTES = 700e6

export interface MoonshineListenerParts {
  start: MoonshineStart
  clock: Clock
  /** The program; another one in tests. */
  program?: string
}

interface Waiting {
  resolve: (words: HeardWords) => void
  reject: (error: Error) => void
  cancel: Cancel
}

/** Asks the process that runs the model, begins it with the first sentence, and anew when it has ended in whatever way. */
export class MoonshineListener implements SpeechToText {
  readonly name: string
  readonly languages = ['en']
  #parts: MoonshineListenerParts
  #child: Promise<ChildProcess> | null = null
  #waiting = new Map<number, Waiting>()
  #sentences = 0
  #cancelRest: Cancel = () => {}

  constructor(parts: MoonshineListenerParts) {
    this.#parts = parts
    this.name = `moonshine ${parts.start.size}`
  }

  begin({ signal }: HearOptions): HearingSentence {
    // Somebody speaks: the model is read meanwhile. What is wrong with it shows with the words.
    this.#begun().catch(() => {})
    if (this.#waiting.size === 0) this.#restLater()
    return new CollectedSentence((samples) => this.hear(samples, signal))
  }

  /** The sentence as a whole. */
  async hear(samples: Int16Array, signal?: AbortSignal): Promise<HeardWords> {
    signal?.throwIfAborted()
    this.#cancelRest()
    const child = await this.#begun()
    signal?.throwIfAborted()
    const id = ++this.#sentences
    const heard = new Promise<HeardWords>((resolve, reject) => {
      const most = LEAST_MS + (samples.length / MODEL_RATE) * 1_000 * TIMES_REAL
      // What hangs in native code hears nothing any more: it is ended, and the next sentence has a new one.
      const cancel = this.#parts.clock.after(most, () => {
        this.#settle(id)?.reject(new LaresError('timed_out', `${this.name} took longer than ${durationWords(most)}`))
        child.kill('SIGKILL')
      })
      this.#waiting.set(id, { resolve, reject, cancel })
    })
    const abort = () => this.#settle(id)?.reject(signal?.reason as Error)
    signal?.addEventListener('abort', abort, { once: true })
    child.send({ id, samples } satisfies ToMoonshine, (error) => {
      if (error) this.#settle(id)?.reject(this.#ended(error.message))
    })
    try {
      return await heard
    } finally {
      signal?.removeEventListener('abort', abort)
      if (this.#waiting.size === 0) this.#restLater()
    }
  }

  async rest(): Promise<void> {
    this.#cancelRest()
    const child = await this.#child?.catch(() => null)
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill('SIGKILL')
    await exit
  }

  #restLater(): void {
    this.#cancelRest()
    this.#cancelRest = this.#parts.clock.after(IDLE_MS, () => void this.rest())
  }

  #begun(): Promise<ChildProcess> {
    if (this.#child) return this.#child
    const child = this.#begin(() => {
      // The next sentence may have begun another one already.
      if (this.#child === child) this.#child = null
    })
    this.#child = child
    return child
  }

  /** `over`: it is of no use any more. */
  #begin(over: () => void): Promise<ChildProcess> {
    const { start, clock, program = join(import.meta.dirname, 'moonshine-process.ts') } = this.#parts
    const child = fork(program, [JSON.stringify(start)], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    return new Promise((resolve, reject) => {
      const late = clock.after(READY_MS, () => {
        reject(new LaresError('timed_out', `${this.name} was not ready within ${durationWords(READY_MS)}`))
        child.kill('SIGKILL')
      })
      child.on('message', (message: FromMoonshine) => {
        if (message.says === 'ready') resolve(child)
        else if (message.says === 'broken') {
          over()
          reject(this.#ended(message.message))
        } else this.#answered(message)
      })
      child.on('error', (error) => reject(this.#ended(error.message)))
      child.on('exit', (code, signal) => {
        late()
        over()
        const error = this.#ended(signal === null ? `exit code ${code}` : signal)
        reject(error)
        for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(error)
      })
      child.once('message', () => late())
    })
  }

  #answered(message: Extract<FromMoonshine, { id: number }>): void {
    const waiting = this.#settle(message.id)
    if (message.says === 'failed') waiting?.reject(this.#ended(message.message))
    else {
      waiting?.resolve({ text: message.text, tookMs: message.tookMs })
      if (message.memoryBytes > MOST_BYTES && this.#waiting.size === 0) void this.rest()
    }
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    waiting?.cancel()
    this.#waiting.delete(id)
    return waiting
  }

  #ended(why: string): LaresError {
    return new LaresError('program_failed', `${this.name} failed: ${why}`, {
      hint: 'Look at it with lares voice doctor.',
    })
  }
}
