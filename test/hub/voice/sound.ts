import { crc32 } from 'node:zlib'
import type { Recording } from '../../../hub/engine/recording.ts'
import { AUDIO } from '../../../shared/limits.ts'
import { encodeAudioFrame } from '../../../shared/messages/audio-frame.ts'
import type { Turn } from '../../../shared/messages/turn.ts'

export const FRAME_BYTES = AUDIO.frameSamples * AUDIO.bytesPerSample

/** 40 ms that nobody confuses with those of another seq, and that are never silence. */
export function pcmOf(seq: number, samples: number = AUDIO.frameSamples): Buffer {
  const pcm = Buffer.alloc(samples * AUDIO.bytesPerSample)
  for (let index = 0; index < samples; index++) pcm.writeInt16LE(((seq * 7 + index) % 30_000) + 1, index * 2)
  return pcm
}

/** A frame as it comes over the wire. */
export function frameOf(seq: number, options: { stream?: number; samples?: number } = {}): Buffer {
  const { stream = 7, samples } = options
  return encodeAudioFrame({ stream, seq, flags: 0, captureUs: seq * 40_000, pcm: pcmOf(seq, samples) })
}

export function turnStart(turn: string, more: Partial<Turn> = {}): Turn {
  return { turn, phase: 'start', stream: 7, format: 'pcm_s16le_16000_mono', preroll: 400, ...more }
}

/** The end a device sends after the frames 0 to `count` - 1. */
export function turnEnd(turn: string, count: number, more: Partial<Turn> = {}): Turn {
  return { ...turnStart(turn), phase: 'end', frames: count, crc32: crcOf(count), reason: 'silence', ...more }
}

export function crcOf(count: number): number {
  let crc = 0
  for (let seq = 0; seq < count; seq++) crc = crc32(pcmOf(seq), crc)
  return crc
}

/** Fails with a sentence when there is no recording. */
export function recorded(finished: { recording: Recording | null }): Recording {
  if (!finished.recording) throw new Error('there is no recording')
  return finished.recording
}
