import type { Recording } from '../engine/recording.ts'

/**
 * One stretch of a turn, in order and without a hole: what comes next begins where this ends. PCM is 16 kHz mono s16le.
 * All takers are given the same bytes: copy them before you change them or hand them to another thread.
 */
export type SoundPiece = { kind: 'sound'; pcm: Uint8Array } | SoundGap

/** Samples that are not there, by whose fault it is; the gap is as long as both together. */
export interface SoundGap {
  kind: 'gap'
  /** Never came from the device, or too late: nobody has them. */
  lost: number
  /** Came, but this taker was too far behind. */
  dropped: number
}

/**
 * Why no more sound comes. `device`: the device said its end; `cap`: the longest turn; `silence`: nothing came any more,
 * or the device opened one turn too many; `stop`: the hub stops.
 */
export type TurnEnd = Recording['closedBy']

/** Of one taker: as the turn's, or its own. `behind`: it was too slow for its rule; `failed`: its `take` threw or rejected. */
export type SoundEnd = TurnEnd | 'behind' | 'failed'

/** How far a taker may be behind, and what becomes of it then. */
export interface QueueRule {
  /** How much sound may wait for it, milliseconds, besides the piece that it is at. Gaps wait for nothing. */
  waitingMs: number
  /** `drop_oldest`: it goes on with the newest, after a gap that says how much it missed. `give_up`: its turn is over. */
  beyond: 'drop_oldest' | 'give_up'
  /** How long after the end of the turn it may be busy with what waits, milliseconds. Later it has given up. */
  drainMs: number
  /** Whether it may do so too when the hub stops. Otherwise what waits is dropped then. */
  drainsAtStop: boolean
}

/** Who listens to one turn from its beginning to its end. A new one is made for every turn. */
export interface SoundTaker {
  /** Its kind, the same in every turn: for counts and for the log. */
  readonly name: string
  readonly rule: QueueRule
  /**
   * Takes the next piece. A promise says that it is busy: nothing more is given to it until that is settled. Work that needs the
   * processor for longer than a few milliseconds belongs in a thread or process of its own: here it would hold up everybody.
   */
  take(piece: SoundPiece): void | Promise<void>
  /**
   * The last call, exactly once. After `behind` and `stop` the promise of the last piece may be open still: give that up.
   * Nobody waits for what is returned; when it rejects, that is told and counted as a failure.
   */
  end(end: SoundEnd): void | Promise<void>
}
