/** Of what is searched again when the next piece is there: what is searched for may lie on both sides of the seam. */
const SEAM = 256

/** A text that comes in pieces and is taken from its beginning, with the line in which it stands. */
export class TextInPieces {
  /** What was not taken yet, as far as it is there. */
  ahead = ''
  line = 1
  /** Whether all of it is there. */
  isWhole = false
  #pieces: Iterator<string>

  constructor(pieces: Iterable<string>) {
    this.#pieces = pieces[Symbol.iterator]()
  }

  /** Fetches the next piece. */
  grow(): void {
    const next = this.#pieces.next()
    this.isWhole = next.done === true
    this.ahead += next.value ?? ''
  }

  take(characters: number): string {
    const taken = this.ahead.slice(0, characters)
    this.line += taken.match(LINE_END)?.length ?? 0
    this.ahead = this.ahead.slice(characters)
    return taken
  }

  /** Takes everything up to the end of what this finds, or all there is. */
  skipTo(wanted: RegExp): void {
    while (true) {
      const found = wanted.exec(this.ahead)
      if (found !== null && (this.isWhole || found.index + found[0].length < this.ahead.length)) {
        this.take(found.index + found[0].length)
        return
      }
      this.take(this.isWhole ? this.ahead.length : Math.max(0, this.ahead.length - SEAM))
      if (this.isWhole) return
      this.grow()
    }
  }
}

export const LINE_END = /\r\n?|\n/g
