import type { Clock } from '../../shared/clock.ts'
import { uuid7 } from '../../shared/ids.ts'
import type { Log } from '../../shared/log.ts'
import type { Playback } from '../../shared/messages/playback.ts'
import type { TalkEngines } from './talk-engines.ts'
import { type SaidAloud, type ToDevice, Utterance } from './utterance.ts'
import { Waterfall } from './waterfall.ts'

/** The session of what belongs to none. */
export const UNASKED = 'announcement'

export interface UnaskedParts {
  clock: Clock
  log: Log
  to: ToDevice
  engines: TalkEngines
}

/** What is said without a question. */
export interface UnaskedWords {
  session: string
  epoch: number
  language: string
  text: string
  /** It is said at once, and in the place of what is said there. */
  isUrgent?: boolean
  /** What it waits for. */
  after?: Promise<unknown> | null
}

/** Speech that answers nobody: one after the other on each device, and urgent words at once. */
export class Unasked {
  #parts: UnaskedParts
  /** What is said on each device now. */
  #saying = new Map<string, Utterance>()
  /** The last that was wanted on each device. */
  #last = new Map<string, Promise<unknown>>()
  #stopped = false

  constructor(parts: UnaskedParts) {
    this.#parts = parts
  }

  /** Resolves with how it ended; never rejects. */
  async say(device: string, words: UnaskedWords): Promise<SaidAloud['end']> {
    if (words.isUrgent) this.#saying.get(device)?.stop({ atOnce: true })
    const before = words.isUrgent ? null : Promise.all([this.#last.get(device), words.after])
    const said = this.#say(device, words, before)
    this.#last.set(device, said)
    void said.then(() => {
      if (this.#last.get(device) === said) this.#last.delete(device)
    })
    return await said
  }

  playback(device: string, message: Playback): void {
    const saying = this.#saying.get(device)
    if (saying?.speech === message.speech) saying.playback(message)
  }

  /** Somebody speaks there. */
  giveWay(device: string): void {
    this.#saying.get(device)?.stop()
  }

  stop(): void {
    this.#stopped = true
    for (const saying of this.#saying.values()) saying.stop({ atOnce: true })
  }

  async #say(
    device: string,
    { session, epoch, language, text }: UnaskedWords,
    before: Promise<unknown> | null,
  ): Promise<SaidAloud['end']> {
    await before
    const { clock, log, to, engines } = this.#parts
    const voice = engines.voice()
    if (voice === null || this.#stopped || !to.reaches(device)) return 'unheard'
    const about = { session, epoch, turn: null }
    const waterfall = new Waterfall(clock)
    const utterance = new Utterance({
      clock,
      voice,
      to,
      device,
      about,
      language,
      speech: uuid7(clock.now()),
      waterfall,
    })
    this.#saying.set(device, utterance)
    const { end, error } = await utterance.say([text])
    if (this.#saying.get(device) === utterance) {
      this.#saying.delete(device)
      to.session(device, { ...about, step: 'ended' })
    }
    if (error !== null) log.warn({ device, error: error.message }, 'something was not said')
    return end
  }
}
