import { crc32 } from 'node:zlib'
import { encodeAudioFrame, FRAME_FLAGS } from '../../shared/messages/audio-frame.ts'
import { levelOf } from '../../shared/sound-level.ts'
import type { Block } from './block.ts'

const BLOCKS_PER_FRAME = 2

/**
 * Makes the frames of one turn: pairs of blocks, numbered, flagged, and a running zlib CRC-32 over their sound.
 *
 * One pair is held back until the next block comes, 20 ms, so that the frame which turns out to be the last can say so.
 * A last frame may have one block.
 */
export class TurnFrames {
  #stream: number
  #prerollBlocks: number
  #send: (bytes: Buffer) => void
  #held: Block[] = []
  #blocks = 0
  #seq = 0
  #crc = 0

  /** The first `prerollBlocks` blocks were heard before the trigger. */
  constructor(stream: number, prerollBlocks: number, send: (bytes: Buffer) => void) {
    this.#stream = stream
    this.#prerollBlocks = prerollBlocks
    this.#send = send
  }

  get frames(): number {
    return this.#seq
  }

  /** Over the sound of all frames sent, in order. */
  get crc32(): number {
    return this.#crc
  }

  push(block: Block): void {
    if (this.#held.length === BLOCKS_PER_FRAME) this.#flush(0)
    this.#held.push(block)
  }

  /** Sends what is held with the flag `end`. When muted, that much silence goes out in its place. */
  finish(muted: boolean): void {
    if (this.#held.length === 0) return
    if (muted) this.#held = this.#held.map((block) => ({ ...block, pcm: Buffer.alloc(block.pcm.length) }))
    this.#flush(FRAME_FLAGS.end | (muted ? FRAME_FLAGS.muted : 0))
  }

  #flush(flags: number): void {
    const blocks = this.#held.splice(0)
    const pcm = Buffer.concat(blocks.map((block) => block.pcm))
    let all = flags
    if (this.#seq === 0) all |= FRAME_FLAGS.start
    if (this.#blocks < this.#prerollBlocks) all |= FRAME_FLAGS.preroll
    if (levelOf(pcm).clipped) all |= FRAME_FLAGS.clipped
    const captureUs = blocks[0]?.captureUs ?? 0
    this.#crc = crc32(pcm, this.#crc)
    this.#send(encodeAudioFrame({ stream: this.#stream, seq: this.#seq, flags: all, captureUs, pcm }))
    this.#seq += 1
    this.#blocks += blocks.length
  }
}
