import type { Clock } from '../../shared/clock.ts'
import { wait } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import type { Playback } from '../../shared/messages/playback.ts'
import type { Session } from '../../shared/messages/session.ts'
import type { TextToSpeech } from '../../speech/ports/text-to-speech.ts'
import { resample } from '../../speech/sound/resample.ts'
import { clauses } from './clauses.ts'
import { SpeechStream } from './speech-stream.ts'
import { SpokenText } from './spoken-text.ts'
import type { Waterfall } from './waterfall.ts'

/** A speaker that says nothing for so long after all sound was sent and should be over has none, or is gone. */
const PLAYED_MS = 5_000

/** SpeakerPlace speech goes: both at once, without the disk. */
export interface ToDevice {
  session(device: string, message: Session): void
  frame(device: string, speech: string, bytes: Buffer): void
  /** Whether it hears what is sent now. */
  reaches(device: string): boolean
}

export interface UtteranceParts {
  clock: Clock
  voice: TextToSpeech
  to: ToDevice
  device: string
  /** What it is said about; for an announcement a session that is none. */
  about: Pick<Session, 'session' | 'epoch' | 'turn'>
  language: string
  /** What interrupts it beside a button; absent: nothing does. */
  bargeIn?: 'off' | 'wake_word' | 'speech'
  /** Voices that are to be asked before others. */
  prefer?: readonly string[]
  /** Its own id on the wire. */
  speech: string
  /** SpeakerPlace its stages are noted. */
  waterfall: Waterfall
  /** Its first sound is about to go out. */
  begins?: () => void
}

/** How an utterance came to its end. */
export interface SaidAloud {
  /** All that was spoken. */
  text: string
  /** What of it came out of the speaker. */
  heard: string
  /** `played`: all of it; `stopped`: somebody interrupted; `unheard`: no speaker said anything of it; `failed`: the voice did. */
  end: 'played' | 'stopped' | 'unheard' | 'failed'
  error: Error | null
}

/** Speaks one text on one device, from its first clause on while the rest is still written. */
export class Utterance {
  readonly speech: string
  #parts: UtteranceParts
  #spoken = new SpokenText()
  #stream: SpeechStream | null = null
  #aborted = new AbortController()
  #played = Promise.withResolvers<Playback | null>()
  #startedAt: number | null = null

  constructor(parts: UtteranceParts) {
    this.#parts = parts
    this.speech = parts.speech
  }

  /** Whether sound of it is at the device. */
  get sounds(): boolean {
    return this.#stream !== null
  }

  /** Never rejects. */
  async say(text: AsyncIterable<string> | Iterable<string>): Promise<SaidAloud> {
    try {
      for await (const clause of clauses(text)) {
        if (this.#aborted.signal.aborted) break
        await this.#clause(clause)
      }
      this.#stream?.end()
    } catch (error) {
      this.#stream?.end()
      if (!this.#aborted.signal.aborted)
        return this.#said('failed', { error: asError(error), playedMs: this.#spoken.ms })
    }
    if (this.#stream === null) return this.#said(this.#aborted.signal.aborted ? 'stopped' : 'unheard')
    return await this.#heard()
  }

  /**
   * Nobody wants to hear more: what speaks is ended, and no further frame goes out. The device says how far it was heard, unless
   * nobody waits for that.
   */
  stop({ atOnce = false } = {}): void {
    this.#aborted.abort(new Error('nobody listens any more'))
    this.#stream?.cancel()
    if (atOnce) this.#played.resolve(null)
  }

  /** What the device says of it. */
  playback(message: Playback): void {
    if (message.state === 'started') {
      this.#startedAt = this.#parts.clock.mono()
      this.#parts.waterfall.mark('sounds')
      return
    }
    this.#parts.waterfall.mark('over')
    this.#played.resolve(message)
    if (message.state === 'stopped') this.stop()
  }

  async #clause(text: string): Promise<void> {
    const { voice, language, prefer = [], waterfall } = this.#parts
    this.#spoken.begin(text)
    for await (const sound of voice.speak(text, { language, prefer, signal: this.#aborted.signal })) {
      if (this.#aborted.signal.aborted) return
      waterfall.mark('voice_first')
      const stream = this.#begin(sound.rate)
      const { samples } = resample(sound, stream.rate)
      this.#spoken.add((samples.length / stream.rate) * 1_000)
      await stream.write(samples)
    }
  }

  /** The first sound says at which rate all of it is. */
  #begin(rate: number): SpeechStream {
    if (this.#stream) return this.#stream
    const { clock, to, device, about, waterfall, begins, bargeIn = 'off' } = this.#parts
    const { speech } = this
    begins?.()
    const interrupts = bargeIn === 'off' ? {} : { barge_in: bargeIn }
    to.session(device, { ...about, step: 'speaking', ...interrupts, speech: { id: speech, rate } })
    this.#stream = new SpeechStream({
      clock,
      rate,
      send(frame) {
        waterfall.mark('sent_first')
        to.frame(device, speech, frame)
      },
    })
    return this.#stream
  }

  /** Waits for the device's word; one that says nothing has no speaker or is gone. */
  async #heard(): Promise<SaidAloud> {
    const { clock } = this.#parts
    const { aborted } = this.#aborted.signal
    const left = aborted ? 0 : (this.#stream?.aheadMs ?? 0)
    const played = await Promise.race([this.#played.promise, wait(clock, left + PLAYED_MS).then(() => null)])
    if (played?.state === 'done') return this.#said('played', { playedMs: this.#spoken.ms })
    if (played) return this.#said('stopped', { playedMs: played.played_ms })
    if (this.#startedAt === null) return this.#said(this.#aborted.signal.aborted ? 'stopped' : 'unheard')
    // It began, and was never heard of again: as much as there was time for.
    return this.#said(this.#aborted.signal.aborted ? 'stopped' : 'played', { playedMs: clock.mono() - this.#startedAt })
  }

  #said(
    end: SaidAloud['end'],
    { error = null, playedMs = 0 }: { error?: Error | null; playedMs?: number } = {},
  ): SaidAloud {
    return { text: this.#spoken.text, heard: this.#spoken.heard(playedMs), end, error }
  }
}
