import { LaresError } from '../../../shared/errors.ts'

/** Work that holds the machine up: whoever asks for it while it is done is told so. */
export class OneAtATime {
  #says: string
  #isRunning = false

  constructor(says: string) {
    this.#says = says
  }

  /** Rejects with `busy`, and with what `run` does. */
  async run<T>(run: () => Promise<T>): Promise<T> {
    if (this.#isRunning) throw new LaresError('busy', this.#says)
    this.#isRunning = true
    try {
      return await run()
    } finally {
      this.#isRunning = false
    }
  }
}
