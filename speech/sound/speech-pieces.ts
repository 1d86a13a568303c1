/** Longer sentences are not what the model was made for, and cost the square of their length. */
const MOST_S = 30
/** A cut is looked for in the last of these of each piece. */
const LOOKED_AT_S = 8
const QUIET_S = 0.2

/** Cuts what is longer than a model takes where it is quietest, and takes nothing away. */
export function speechPieces(samples: Int16Array, rate: number): Int16Array[] {
  const most = MOST_S * rate
  const pieces: Int16Array[] = []
  let at = 0
  while (samples.length - at > most) {
    const cut = quietest(samples, {
      from: at + most - LOOKED_AT_S * rate,
      to: at + most,
      span: Math.round(QUIET_S * rate),
    })
    pieces.push(samples.subarray(at, cut))
    at = cut
  }
  pieces.push(samples.subarray(at))
  return pieces
}

function quietest(samples: Int16Array, { from, to, span }: { from: number; to: number; span: number }): number {
  let best = { at: to, sum: Number.POSITIVE_INFINITY }
  for (let at = from; at + span <= to; at += span >> 1) {
    let sum = 0
    for (let n = at; n < at + span; n += 1) sum += Math.abs(samples[n] ?? 0)
    if (sum < best.sum) best = { at: at + (span >> 1), sum }
  }
  return best.at
}
