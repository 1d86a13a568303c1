import { z } from 'zod'
import { AUDIO, MESSAGE_BYTES } from '../limits.ts'
import { message } from './message.ts'

/** Bits of a frame's `flags`. */
export const FRAME_FLAGS = { start: 1, end: 2, preroll: 4, muted: 8, clipped: 16 } as const

/**
 * A piece of sound: 24 bytes of header, big-endian, then PCM s16le mono.
 * 40 ms at 16 kHz are 1,304 bytes, one TCP segment.
 */
export const audioFrame = message({
  name: 'audio-frame',
  summary: 'A piece of sound, binary',
  schema: z.object({
    /** Tells the frames of one turn from those of another; the same number is in the turn's start. */
    stream: z.int().min(0).max(65_535),
    /** Counts the frames of a turn from 0. */
    seq: z.int().min(0).max(0xffff_ffff),
    flags: z.int().min(0).max(65_535),
    /** The first sample on the device's monotonic clock, microseconds. */
    captureUs: z.int().min(0),
    /** s16le mono. Its length is twice the number of samples. */
    pcm: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  }),
  sample: {
    stream: 7,
    seq: 0,
    flags: FRAME_FLAGS.start,
    captureUs: 123_456_500,
    pcm: new Uint8Array(AUDIO.frameSamples * 2),
  },
  maxBytes: MESSAGE_BYTES.audio,
})

export type AudioFrame = z.infer<typeof audioFrame.schema>

const MAGIC = 0x4c61
const VERSION = 1
const CODEC_PCM16 = 0
export const AUDIO_HEADER_BYTES = 24

/** Header and samples as one buffer. The samples are copied. */
export function encodeAudioFrame(frame: AudioFrame): Buffer {
  const bytes = Buffer.allocUnsafe(AUDIO_HEADER_BYTES + frame.pcm.length)
  bytes.writeUInt16BE(MAGIC, 0)
  bytes.writeUInt8(VERSION, 2)
  bytes.writeUInt8(CODEC_PCM16, 3)
  bytes.writeUInt16BE(frame.flags, 4)
  bytes.writeUInt16BE(frame.stream, 6)
  bytes.writeUInt32BE(frame.seq, 8)
  bytes.writeBigUInt64BE(BigInt(frame.captureUs), 12)
  bytes.writeUInt16BE(frame.pcm.length / AUDIO.bytesPerSample, 20)
  bytes.writeUInt16BE(0, 22)
  bytes.set(frame.pcm, AUDIO_HEADER_BYTES)
  return bytes
}

/**
 * The frame in the bytes, or a sentence that says what is wrong with them. `pcm` is a view, not a copy:
 * copy it if it must outlive the buffer.
 */
export function decodeAudioFrame(bytes: Buffer): AudioFrame | string {
  if (bytes.length < AUDIO_HEADER_BYTES) return `has ${bytes.length} bytes, a header needs ${AUDIO_HEADER_BYTES}`
  if (bytes.readUInt16BE(0) !== MAGIC) return 'does not start with 4c 61'
  if (bytes.readUInt8(2) !== VERSION) return `has version ${bytes.readUInt8(2)}, this hub knows ${VERSION}`
  if (bytes.readUInt8(3) !== CODEC_PCM16) return `has codec ${bytes.readUInt8(3)}, this hub knows ${CODEC_PCM16}`
  const samples = bytes.readUInt16BE(20)
  const pcm = bytes.subarray(AUDIO_HEADER_BYTES)
  if (pcm.length !== samples * AUDIO.bytesPerSample) return `announces ${samples} samples and has ${pcm.length} bytes`
  const captureUs = bytes.readBigUInt64BE(12)
  if (captureUs > BigInt(Number.MAX_SAFE_INTEGER)) return 'has a capture time beyond 2^53 microseconds'
  return {
    flags: bytes.readUInt16BE(4),
    stream: bytes.readUInt16BE(6),
    seq: bytes.readUInt32BE(8),
    captureUs: Number(captureUs),
    pcm,
  }
}
