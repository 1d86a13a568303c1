import { AUDIO, REORDER_WINDOW_MS } from '../../shared/limits.ts'

/** What comes out in order: sound that arrived, or so many frames that did not. */
export type Piece = { kind: 'sound'; pcm: Uint8Array } | { kind: 'gap'; frames: number }

/** `late`: its gap has become silence already. */
export type FrameArrival = 'kept' | 'duplicate' | 'late'

/** Frames held for those before them: a second of sound, however fast they come. */
const HELD_MAX = 1_000 / AUDIO.frameMs

/**
 * Puts the frames of one turn in order of seq. A frame waits at most REORDER_WINDOW_MS for those before it;
 * then what is missing is a gap, and what comes for the gap later is late. Times are those of a monotonic clock.
 */
export class Reorder {
  /** The seq that is due. Everything below it came out already, as sound or as a gap. */
  next = 0
  /** In order of arrival. */
  #held = new Map<number, { pcm: Uint8Array; at: number }>()
  #missed = new Set<number>()

  /** Takes a frame. The samples are copied. */
  accept(seq: number, pcm: Uint8Array, now: number): FrameArrival {
    if (this.#held.has(seq)) return 'duplicate'
    if (seq < this.next) return this.#missed.delete(seq) ? 'late' : 'duplicate'
    this.#held.set(seq, { pcm: Buffer.from(pcm), at: now })
    return 'kept'
  }

  /** When a frame will have waited long enough; `null` when none waits. */
  get deadline(): number | null {
    const [oldest] = this.#held.values()
    return oldest ? oldest.at + REORDER_WINDOW_MS : null
  }

  /** What may go on: all that is in order, and past a gap once a frame behind it has waited long enough. */
  release(now: number): Piece[] {
    let upto = -1
    for (const [seq, { at }] of this.#held) {
      if (now - at < REORDER_WINDOW_MS) break
      upto = Math.max(upto, seq)
    }
    if (this.#held.size > HELD_MAX) upto = Math.max(upto, this.#lowest())
    return this.#out(upto)
  }

  /** All that is left; nothing more is waited for. */
  flush(): Piece[] {
    return this.#out(Math.max(-1, ...this.#held.keys()))
  }

  #out(upto: number): Piece[] {
    const pieces: Piece[] = []
    while (this.#held.size > 0) {
      const frame = this.#held.get(this.next)
      if (frame) {
        this.#held.delete(this.next)
        this.next += 1
        pieces.push({ kind: 'sound', pcm: frame.pcm })
      } else if (this.next <= upto) pieces.push({ kind: 'gap', frames: this.#skip(this.#lowest()) })
      else break
    }
    return pieces
  }

  #skip(to: number): number {
    const frames = to - this.next
    for (let seq = this.next; seq < to; seq++) this.#missed.add(seq)
    this.next = to
    return frames
  }

  #lowest(): number {
    return Math.min(...this.#held.keys())
  }
}
