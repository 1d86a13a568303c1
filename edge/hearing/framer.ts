import type { Clock } from '../../shared/clock.ts'
import type { Block } from './block.ts'
import { BLOCK_BYTES, BLOCK_MS } from './block.ts'

const US_PER_BYTE = (BLOCK_MS * 1_000) / BLOCK_BYTES

/**
 * Cuts what a recorder delivers into blocks of 20 ms. Chunks come in any size (64 KiB when this process was busy,
 * one odd byte when the pipe was full), so what is left over waits for the next chunk.
 *
 * The time of capture is the arrival less what came after it in the chunk, and never before that of the block ahead.
 */
export class Framer {
  #clock: Clock
  #rest: Buffer = Buffer.alloc(0)
  #lastUs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  push(chunk: Buffer): Block[] {
    const arrivalUs = this.#clock.mono() * 1_000
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const count = Math.floor(bytes.length / BLOCK_BYTES)
    const blocks: Block[] = []
    for (let index = 0; index < count; index++) {
      const from = index * BLOCK_BYTES
      const estimate = Math.round(arrivalUs - (bytes.length - from) * US_PER_BYTE)
      this.#lastUs = Math.max(this.#lastUs, estimate, 0)
      blocks.push({ pcm: Buffer.from(bytes.subarray(from, from + BLOCK_BYTES)), captureUs: this.#lastUs })
    }
    this.#rest = Buffer.from(bytes.subarray(count * BLOCK_BYTES))
    return blocks
  }

  /** Forgets the begun block: after a restart of the recorder it belongs to another moment, and an odd byte would shift every sample. */
  reset(): void {
    this.#rest = Buffer.alloc(0)
  }
}
