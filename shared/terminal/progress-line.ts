import { bytesWords } from '../time-words.ts'

const BAR = 24

/** Where a line is drawn again and again. */
export interface ProgressOutlet {
  isTTY?: boolean
  write(text: string): unknown
}

/** How far something is that takes a while, in one line of a terminal; nothing of it where there is none. */
export class ProgressLine {
  #what: string
  #outlet: ProgressOutlet
  #drawn = ''

  constructor(what: string, outlet: ProgressOutlet = process.stderr) {
    this.#what = what
    this.#outlet = outlet
  }

  /** `total` 0: nobody knows yet. `what`: what is done now, where that changes. */
  show(done: number, total: number, what = this.#what): void {
    const line = progressText(what, { done, total })
    // A bar that did not move is not drawn: a megabyte of a gigabyte is none of its steps.
    if (this.#outlet.isTTY !== true || line === this.#drawn) return
    this.#outlet.write(`\r\x1b[K${line}`)
    this.#drawn = line
  }

  /** Takes the line away: what is said next begins there. */
  end(): void {
    if (this.#drawn !== '') this.#outlet.write('\r\x1b[K')
    this.#drawn = ''
  }
}

/** `packing [#####     ]  42 %, 410 MB of 980 MB`; where nobody knows how much it will be, what there is. */
export function progressText(what: string, { done, total }: { done: number; total: number }): string {
  if (total === 0 && done > 0) return `${what}, ${bytesWords(done)}`
  const share = total > 0 ? Math.min(1, done / total) : 0
  const full = Math.floor(share * BAR)
  const bar = `${'#'.repeat(full)}${' '.repeat(BAR - full)}`
  const percent = `${Math.floor(share * 100)}`.padStart(3)
  return `${what} [${bar}] ${percent} %, ${bytesWords(done)} of ${bytesWords(total)}`
}
