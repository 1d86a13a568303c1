/** A device that heard somebody, among others of its group that may have heard the same. */
export interface WakeBid {
  device: string
  turn: string
  group: string
  /** Somebody pressed its button: nobody has to be chosen. */
  isChosen: boolean
  /** Level above its own noise floor and peak, decibels; how sure its detector was, 0 to 1. */
  snrDb: number
  peakDb: number
  score: number
}
