import { AUDIO } from '../../shared/limits.ts'

/** What became of the sound of all turns in the hands of one kind of taker. */
export interface TakerStats {
  /** Seconds of sound that it was done with. */
  taken_s: number
  /** Seconds of sound that came but that it was too slow for, or that came after it had failed or given up. */
  dropped_s: number
  /** Turns in which it failed or gave up. */
  failed: number
}

/** The same in samples, so that nothing is lost to rounding. */
export interface TakerCounts {
  taken: number
  dropped: number
  failed: number
}

export function takerStats({ taken, dropped, failed }: TakerCounts): TakerStats {
  return { taken_s: taken / AUDIO.rate, dropped_s: dropped / AUDIO.rate, failed }
}
