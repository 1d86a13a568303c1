import type { TakerStats } from './taker-counts.ts'

/** What a recorder counts since it was made. */
export interface RecorderStats extends FrameCounters {
  /** Turns being recorded now. */
  open: number
  /** Turns without a recording because the disk refused it. */
  failed: number
  /** By name of the taker, from its first turn on. */
  takers: Record<string, TakerStats>
}

/** Frames by what became of them. */
export interface FrameCounters {
  /** Frames kept. */
  frames: number
  /** Frames that never came, or too late: silence in the file, or missing at its end. */
  lost: number
  /** Frames that are none, are beyond the longest turn, or carry the number of another stream. */
  bad: number
  /** Frames that came after their place had become silence, or after their turn was closed. */
  late: number
  duplicates: number
}

export function newCounters(): FrameCounters {
  return { frames: 0, lost: 0, bad: 0, late: 0, duplicates: 0 }
}
