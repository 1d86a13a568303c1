import { bytesWords } from '../time-words.ts'
import { columnsOf, fitted } from './text-width.ts'

const BAR = 24

/** Where a line is drawn again and again. */
export interface ProgressOutlet {
  isTTY?: boolean
  columns?: number
  write(text: string): unknown
}

/** How far something is. */
export interface ProgressShare {
  done: number
  /** 0: nobody knows yet. */
  total: number
  /** What is counted: `rows`; empty: nothing; absent: bytes. */
  unit?: string
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
  show(done: number, total: number, what = this.#what, unit?: string): void {
    const share = { done, total, ...(unit === undefined ? {} : { unit }) }
    // One that is longer than the screen is wide would not be drawn over, but below.
    const line = fitted(progressText(what, share), (columnsOf(this.#outlet) ?? Number.POSITIVE_INFINITY) - 1)
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
export function progressText(what: string, { done, total, unit }: ProgressShare, { hasBar = true } = {}): string {
  const count = (value: number) => (unit === undefined ? bytesWords(value) : `${value} ${unit}`)
  if (unit === '') return what
  if (total === 0 && (done > 0 || unit !== undefined)) return `${what}, ${count(done)}`
  const share = total > 0 ? Math.min(1, done / total) : 0
  const full = Math.floor(share * BAR)
  const bar = hasBar ? `[${'#'.repeat(full)}${' '.repeat(BAR - full)}] ` : ''
  const percent = `${Math.floor(share * 100)}`
  const whole = unit === undefined ? bytesWords(done) : done
  return `${what} ${bar}${hasBar ? percent.padStart(3) : percent} %, ${whole} of ${count(total)}`
}
