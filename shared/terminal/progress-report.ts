import { cleanText } from '../clean-text.ts'
import type { Clock } from '../clock.ts'
import { ProgressLine, type ProgressOutlet, type ProgressShare, progressText } from './progress-line.ts'

/** Where there is no terminal a line is written so often at most, however much happens. */
const LINE_MS = 10_000

/** How far something is: a bar that is drawn again on a terminal, elsewhere a line now and then. */
export class ProgressReport {
  #outlet: ProgressOutlet
  #clock: Clock
  #line: ProgressLine
  #said = ''
  #saidAt = Number.NEGATIVE_INFINITY

  constructor({ outlet = process.stderr, clock }: { outlet?: ProgressOutlet; clock: Clock }) {
    this.#outlet = outlet
    this.#clock = clock
    this.#line = new ProgressLine('', outlet)
  }

  show(share: ProgressShare & { phase: string }): void {
    const phase = cleanText(share.phase)
    if (this.#outlet.isTTY === true) {
      this.#line.show(share.done, share.total, phase, share.unit)
      return
    }
    const words = progressText(phase, share, { hasBar: false })
    const now = this.#clock.mono()
    if (words === this.#said || now - this.#saidAt < LINE_MS) return
    this.#said = words
    this.#saidAt = now
    this.#outlet.write(`${words}\n`)
  }

  /** A line that stays. */
  say(words: string): void {
    this.#line.end()
    this.#outlet.write(`${cleanText(words)}\n`)
  }

  end(): void {
    this.#line.end()
  }
}
