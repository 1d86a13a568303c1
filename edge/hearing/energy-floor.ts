/** A room cannot be quieter than this for us: below it lies the noise of the converter, or digital silence. */
const LOWEST_DB = -70
/** Share of a block's difference that is learned: down at once (80 ms), up slowly (0.6 s), so that a word does not lift it. */
const FALL = 0.25
const RISE = 0.03
/** After a start nothing is known: for this many blocks the floor follows in both directions. */
const SETTLING_BLOCKS = 25
/** A sound whose level has not once dropped in 1.5 s is no speech: people breathe between syllables. */
const STEADY_BLOCKS = 75
/** The level is smoothed over this many blocks before its minimum is taken, or one lucky block would set it. */
const SMOOTH_BLOCKS = 5

/**
 * The level of the room when nobody speaks, decibels relative to full scale.
 *
 * It is learned only outside speech. Within speech it can only be lifted to the lowest level of the last 1.5 s
 * (minimum statistics, after R. Martin, 2001): a vacuum cleaner that was taken for speech becomes the floor and the
 * utterance ends, instead of lasting to its cap.
 */
export class EnergyFloor {
  #db = LOWEST_DB
  #blocks = 0
  /** The last levels, one per block, newest last. */
  #recent: number[] = []
  #smooth: number[] = []

  get db(): number {
    return this.#db
  }

  /** Whether enough was heard for the floor to mean something. */
  get settled(): boolean {
    return this.#blocks >= SETTLING_BLOCKS
  }

  /** A block in which nobody speaks. */
  quiet(levelDb: number): void {
    this.#remember(levelDb)
    this.#smooth = []
    this.#blocks += 1
    const difference = Math.max(levelDb, LOWEST_DB) - this.#db
    if (this.#blocks === 1) this.#db += difference
    else this.#db += difference * (difference < 0 || !this.settled ? FALL : RISE)
  }

  /** A block within speech. */
  speech(levelDb: number): void {
    this.#remember(levelDb)
    const last = this.#recent.slice(-SMOOTH_BLOCKS)
    this.#smooth.push(last.reduce((sum, level) => sum + level, 0) / last.length)
    if (this.#smooth.length > STEADY_BLOCKS) this.#smooth.shift()
    if (this.#smooth.length === STEADY_BLOCKS) this.#db = Math.max(this.#db, Math.min(...this.#smooth))
  }

  /** After an utterance: its last `blocks` were not speech, so their median is a floor. It falls again if that was too high. */
  learnTail(blocks: number): void {
    const tail = this.#recent.slice(-blocks).sort((a, b) => a - b)
    const median = tail[tail.length >> 1]
    if (median !== undefined) this.#db = Math.max(this.#db, median)
    this.#smooth = []
  }

  #remember(levelDb: number): void {
    this.#recent.push(levelDb)
    if (this.#recent.length > STEADY_BLOCKS) this.#recent.shift()
  }
}
