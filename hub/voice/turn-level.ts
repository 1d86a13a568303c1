import { AUDIO } from '../../shared/limits.ts'
import { LevelMeter } from '../../shared/sound-level.ts'
import type { QueueRule, SoundPiece, SoundTaker } from '../contract/sound-taker.ts'

/** How loud a turn was, decibels relative to full scale, from -120 to 0. Of the samples that came, not of what is missing. */
export interface SoundLevel {
  /** Root mean square of all samples. */
  meanDb: number
  /** Largest sample. */
  peakDb: number
  /**
   * The same for each second from the start of the turn; the last may be a part of one. -120 where nothing of a second came,
   * as the recording has silence there. Two lists of numbers, because a thousand turns are remembered.
   */
  perSecond: { rmsDb: number[]; peakDb: number[] }
}

/** It is done with a frame at once, so nothing waits. Would it ever be behind, the newest is what a level is about. */
const LEVEL_RULE: QueueRule = { waitingMs: AUDIO.frameMs, beyond: 'drop_oldest', drainMs: 0, drainsAtStop: false }

/** Measures a turn while it comes in. */
export class TurnLevel implements SoundTaker {
  readonly name = 'level'
  readonly rule = LEVEL_RULE
  #whole = new LevelMeter()
  #second = new LevelMeter()
  #perSecond: SoundLevel['perSecond'] = { rmsDb: [], peakDb: [] }
  /** Samples of the running second, what is missing included. */
  #at = 0

  take(piece: SoundPiece): void {
    if (piece.kind === 'gap') this.#advance(piece.lost + piece.dropped, null)
    else {
      this.#whole.add(piece.pcm)
      this.#advance(Math.floor(piece.pcm.length / AUDIO.bytesPerSample), piece.pcm)
    }
  }

  end(): void {
    if (this.#at > 0) this.#close()
  }

  /** So far, and after the end of all of it. `null` when no sample came. */
  get level(): SoundLevel | null {
    if (this.#whole.samples === 0) return null
    const { rmsDb, peakDb } = this.#whole.level
    return { meanDb: rmsDb, peakDb, perSecond: this.#perSecond }
  }

  /** Goes on by so many samples, from one second into the next; without `pcm` they are missing. */
  #advance(samples: number, pcm: Uint8Array | null): void {
    for (let done = 0; done < samples; ) {
      const step = Math.min(samples - done, AUDIO.rate - this.#at)
      if (pcm) this.#second.add(pcm.subarray(done * AUDIO.bytesPerSample, (done + step) * AUDIO.bytesPerSample))
      done += step
      this.#at += step
      if (this.#at === AUDIO.rate) this.#close()
    }
  }

  #close(): void {
    const { rmsDb, peakDb } = this.#second.level
    this.#perSecond.rmsDb.push(rmsDb)
    this.#perSecond.peakDb.push(peakDb)
    this.#second = new LevelMeter()
    this.#at = 0
  }
}
