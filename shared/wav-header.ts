import { AUDIO } from './limits.ts'

export const WAV_HEADER_BYTES = 44
const PCM = 1
const CHANNELS = 1

/**
 * The first 44 bytes of a WAV file with `dataBytes` of mono s16le after them, at `rate` samples a second: the canonical RIFF
 * form, one `fmt ` chunk of 16 bytes and one `data` chunk.
 */
export function wavHeader(dataBytes: number, rate: number = AUDIO.rate): Buffer {
  const header = Buffer.alloc(WAV_HEADER_BYTES)
  const blockAlign = CHANNELS * AUDIO.bytesPerSample
  header.write('RIFF', 0, 'latin1')
  header.writeUInt32LE(WAV_HEADER_BYTES - 8 + dataBytes, 4)
  header.write('WAVEfmt ', 8, 'latin1')
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(PCM, 20)
  header.writeUInt16LE(CHANNELS, 22)
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(rate * blockAlign, 28)
  header.writeUInt16LE(blockAlign, 32)
  header.writeUInt16LE(AUDIO.bytesPerSample * 8, 34)
  header.write('data', 36, 'latin1')
  header.writeUInt32LE(dataBytes, 40)
  return header
}
