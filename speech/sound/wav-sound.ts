import { LaresError } from '../../shared/errors.ts'

/** Sound of one channel. */
export interface Sound {
  /** A second. */
  rate: number
  samples: Int16Array
}

const PCM = 1

/**
 * Reads a WAV file of 16 bits and one channel, also one whose header was written before its length was known. Throws `bad_value` for
 * anything else.
 */
export function readWav(bytes: Uint8Array): Sound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tag = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))
  if (bytes.length < 12 || tag(0) !== 'RIFF' || tag(8) !== 'WAVE')
    throw new LaresError('bad_value', 'this is no WAV file')
  let rate: number | null = null
  for (let at = 12; at + 8 <= bytes.length; ) {
    const [name, length] = [tag(at), view.getUint32(at + 4, true)]
    const begin = at + 8
    if (name === 'fmt ' && begin + 16 <= bytes.length) rate = rateOf(view, begin)
    if (name === 'data' && rate !== null) {
      const end = Math.min(begin + length, bytes.length)
      const samples = new Int16Array((end - begin) >> 1)
      for (let n = 0; n < samples.length; n += 1) samples[n] = view.getInt16(begin + n * 2, true)
      return { rate, samples }
    }
    // Every part begins at an even place.
    at = begin + length + (length % 2)
  }
  throw new LaresError('bad_value', 'this WAV file has no sound')
}

function rateOf(view: DataView, at: number): number {
  const [format, channels, bits] = [
    view.getUint16(at, true),
    view.getUint16(at + 2, true),
    view.getUint16(at + 14, true),
  ]
  if (format !== PCM || channels !== 1 || bits !== 16)
    throw new LaresError(
      'bad_value',
      `a WAV file of ${bits} bits and ${channels} channels is not read, one of 16 bits and one channel is`,
    )
  return view.getUint32(at + 4, true)
}
