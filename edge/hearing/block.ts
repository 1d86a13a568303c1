import { AUDIO } from '../../shared/limits.ts'

/** Milliseconds of sound in a block: what the detectors take, and half a frame on the wire. */
export const BLOCK_MS = 20
export const BLOCK_SAMPLES = (AUDIO.rate * BLOCK_MS) / 1_000
export const BLOCK_BYTES = BLOCK_SAMPLES * AUDIO.bytesPerSample

/** 20 ms of sound, s16le mono 16 kHz. */
export interface Block {
  /** Exactly 640 bytes, owned by the block. */
  pcm: Buffer
  /** When its first sample was taken, microseconds of the monotonic clock. */
  captureUs: number
}
