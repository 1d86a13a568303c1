const MOST = 32_767
const LEAST = -32_768

/** What each sample is multiplied by at a volume of 0 to 100: its square, as ears count. `null` is as loud as it comes. */
export function gainOf(volume: number | null): number {
  const share = Math.min(100, Math.max(0, volume ?? 100)) / 100
  return share * share
}

/** PCM s16le, softer: the gain goes evenly from one to the other over all of it, since one that jumps clicks. Nothing wraps around. */
export function scaledSound(pcm: Buffer, from: number, to: number): Buffer {
  if (from === 1 && to === 1) return pcm
  const samples = Math.floor(pcm.length / 2)
  const out = Buffer.alloc(samples * 2)
  for (let at = 0; at < samples; at++) {
    const gain = from + ((to - from) * (at + 1)) / samples
    const value = Math.round(pcm.readInt16LE(at * 2) * gain)
    out.writeInt16LE(Math.min(MOST, Math.max(LEAST, value)), at * 2)
  }
  return out
}
