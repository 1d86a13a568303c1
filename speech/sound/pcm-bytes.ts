/** Samples as they go over a wire: 16 bits, the lower byte first. */
export function pcmBytes(samples: Int16Array): Buffer {
  const bytes = Buffer.alloc(samples.length * 2)
  for (const [n, sample] of samples.entries()) bytes.writeInt16LE(sample, n * 2)
  return bytes
}

/** The samples in them; a byte that is left over is none. */
export function pcmSamples(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const samples = new Int16Array(bytes.byteLength >> 1)
  for (let n = 0; n < samples.length; n += 1) samples[n] = view.getInt16(n * 2, true)
  return samples
}
