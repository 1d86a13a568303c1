import type { QueueRule, SoundEnd, SoundPiece, SoundTaker } from '../../../hub/contract/sound-taker.ts'

/** As a recogniser may have it that would rather miss a part than the end. */
export const RECOGNITION_RULE: QueueRule = {
  waitingMs: 10_000,
  beyond: 'drop_oldest',
  drainMs: 5_000,
  drainsAtStop: false,
}

/** A taker that writes down what it is given, and is as slow as the test says. */
export class Listener implements SoundTaker {
  readonly name: string
  readonly rule: QueueRule
  readonly pieces: SoundPiece[] = []
  readonly ends: SoundEnd[] = []
  /** Done with each piece at once; otherwise busy until `done` or `break`. */
  prompt = false
  #busy: PromiseWithResolvers<void> | null = null

  constructor(rule: Partial<QueueRule> = {}, name = 'recognition') {
    this.name = name
    this.rule = { ...RECOGNITION_RULE, ...rule }
  }

  take(piece: SoundPiece): void | Promise<void> {
    if (this.#busy) throw new Error('it was given a piece while it was busy with another')
    this.pieces.push(piece)
    if (this.prompt) return
    this.#busy = Promise.withResolvers()
    return this.#busy.promise
  }

  end(end: SoundEnd): void | Promise<void> {
    this.ends.push(end)
  }

  /** Is done with its piece, and with those it is given then when `all`; resolves when it has the next one or waits for it. */
  async done({ all = false } = {}): Promise<void> {
    this.prompt ||= all
    this.#free()?.resolve()
    await settled()
  }

  async break(error: unknown): Promise<void> {
    this.#free()?.reject(error)
    await settled()
  }

  #free(): PromiseWithResolvers<void> | null {
    const busy = this.#busy
    this.#busy = null
    return busy
  }
}

/** One turn of the event loop: what was resolved has had its effects. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** A piece in few words: the seq of a frame of `pcmOf`, or the milliseconds that are missing. */
export function inWords(piece: SoundPiece): number | string {
  if (piece.kind === 'gap') return `lost ${piece.lost / 16}, dropped ${piece.dropped / 16}`
  return (Buffer.from(piece.pcm).readInt16LE(0) - 1) / 7
}
