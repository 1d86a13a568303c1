import { type Clock, wait } from '../shared/clock.ts'

/** Looks when it is rung at, one look at a time; however many ring meanwhile, one more look is enough. */
export class Looker {
  #look: () => Promise<void>
  #gapMs: number
  #clock: Clock
  #isBusy = false
  #isRung = false

  /** `look` does not throw. `gapMs`: rest between two looks. */
  constructor({ look, gapMs, clock }: { look: () => Promise<void>; gapMs: number; clock: Clock }) {
    this.#look = look
    this.#gapMs = gapMs
    this.#clock = clock
  }

  ring(): void {
    this.#isRung = true
    if (!this.#isBusy) void this.#run()
  }

  async #run(): Promise<void> {
    this.#isBusy = true
    while (this.#isRung) {
      this.#isRung = false
      await this.#look()
      await wait(this.#clock, this.#gapMs)
    }
    this.#isBusy = false
  }
}
