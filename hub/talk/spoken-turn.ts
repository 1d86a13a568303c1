import { type Clock, wait } from '../../shared/clock.ts'
import { asError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Playback } from '../../shared/messages/playback.ts'
import type { EndReason } from '../../shared/messages/turn.ts'
import type { HeardWords, SpeechToText } from '../../speech/ports/speech-to-text.ts'
import type { TextToSpeech } from '../../speech/ports/text-to-speech.ts'
import type { ToolCall } from '../engine/model-question.ts'
import type { HeardAnswer, OpenedTurn, SpokenAnswer, UnaskedSpeech } from '../engine/spoken-turns.ts'
import type { RankedAnswers } from '../models/ranked-answers.ts'
import { ModelAnswer } from './model-answer.ts'
import { type ThinkingSound, thinkingSound } from './thinking-sound.ts'
import { TurnSound } from './turn-sound.ts'
import { type SaidAloud, type ToDevice, Utterance } from './utterance.ts'
import { Waterfall } from './waterfall.ts'

/** What a turn asks of the house. Rejects when the engine cannot be asked. */
export interface AsksHouse {
  heard(turn: OpenedTurn, words: { text: string; by: string }): Promise<HeardAnswer>
  answered(turn: OpenedTurn, answer: SpokenAnswer): Promise<void>
  announced(announcement: UnaskedSpeech, end: SpokenAnswer['end']): Promise<void>
  /** The words for something that went wrong, in a language. */
  sorry(what: 'cannot_hear' | 'cannot_answer' | 'broken_off' | 'interrupted', language: string): string
  /** Does what a tool does in this turn, and says what came of it. */
  use(turn: OpenedTurn, call: ToolCall): Promise<string>
}

export interface SpokenTurnParts {
  clock: Clock
  log: Log
  device: string
  turn: string
  ears: SpeechToText
  voice: TextToSpeech
  /** `null`: nobody answers what no sentence means. */
  answers: RankedAnswers | null
  to: ToDevice
  house: AsksHouse
  /** A new id on the wire. */
  id: () => string
  /** The device listens on from now, for as long as its persona says. */
  listens: (turn: OpenedTurn) => void
}

/** Ends after which somebody expects an answer. Whoever is muted, or stands down, has said nothing. */
const ANSWERED = new Set<EndReason>(['silence', 'button', 'cap'])
/** The engine commits the beginning of a turn within milliseconds; a card that hangs keeps it for longer. */
const OPENED_MS = 10_000

/** How a turn was left. `not_meant`: muted, stood down or never granted; `silent`: nobody said anything. */
export type TurnOutcome = 'answered' | 'interrupted' | 'silent' | 'not_meant' | 'not_heard' | 'not_spoken' | 'failed'

/** Who made the words of an answer, which is known when they are made. */
interface MadeWords {
  by: () => string
  tokens?: () => number | null
  error?: () => Error | null
}

/** One turn from its first sound to the end of its answer. Each step goes on as soon as the one before has something for it. */
export class SpokenTurn {
  readonly sound = new TurnSound()
  /** How it was left. Never rejects. */
  readonly over: Promise<TurnOutcome>
  #parts: SpokenTurnParts
  #waterfall: Waterfall
  #aborted = new AbortController()
  #opened = Promise.withResolvers<OpenedTurn | null>()
  #reason = Promise.withResolvers<EndReason | null>()
  #utterance: Utterance | null = null
  #thinking: ThinkingSound | null = null

  constructor(parts: SpokenTurnParts) {
    this.#parts = parts
    this.#waterfall = new Waterfall(parts.clock)
    this.over = this.#run().catch((error: unknown): TurnOutcome => {
      if (this.#aborted.signal.aborted) return 'interrupted'
      parts.log.error({ device: parts.device, error: asError(error).stack }, 'a turn was not answered')
      return 'failed'
    })
  }

  get turn(): string {
    return this.#parts.turn
  }

  /** The session in which it is; `null`: the engine has not said so yet. */
  session: string | null = null

  /** The engine has it on the disk that the turn began, in which session, and who speaks there. */
  opened(turn: OpenedTurn): void {
    this.session = turn.session
    this.#opened.resolve(turn)
  }

  /** The device says that it has ended, and why. */
  ended(reason: EndReason | null): void {
    this.#waterfall.mark('ended')
    this.#reason.resolve(reason)
  }

  playback(message: Playback): void {
    if (message.speech === this.#utterance?.speech) this.#utterance.playback(message)
  }

  /**
   * Somebody speaks into it, or its session is over: engines are cancelled and nothing more is sent. `atOnce`: not even the word of
   * the device is waited for, how much of it was heard.
   */
  interrupt(why: string, { atOnce = false } = {}): void {
    this.#aborted.abort(new Error(why))
    this.#opened.resolve(null)
    this.#reason.resolve(null)
    this.#utterance?.stop({ atOnce })
    this.#thinking?.stop()
  }

  async #run(): Promise<TurnOutcome> {
    const { signal } = this.#aborted
    const turn = await this.#granted()
    if (turn === null) return signal.aborted ? 'interrupted' : 'not_meant'
    const words = await this.#hear(turn)
    if (words === 'not_meant') return words
    if (signal.aborted) return 'interrupted'
    if (words instanceof Error) return await this.#apologise(turn, words)
    this.#waterfall.mark('heard')
    const answer = await this.#parts.house.heard(turn, { text: words.text, by: words.by ?? this.#parts.ears.name })
    if (signal.aborted) return 'interrupted'
    if (answer.kind === 'nothing') {
      this.#tell(turn, 'ended', 'silence')
      return 'silent'
    }
    if (answer.kind === 'ask') return await this.#ask(turn, answer)
    this.#waterfall.mark('answer_first')
    this.#waterfall.mark('answer_last')
    return await this.#answer(turn, [answer.text], { language: answer.language, by: () => 'sentences' })
  }

  /** Speaks what a model writes while it is written. */
  async #ask(turn: OpenedTurn, asked: Extract<HeardAnswer, { kind: 'ask' }>): Promise<TurnOutcome> {
    const { answers, house, log, device } = this.#parts
    const { language } = asked.question
    if (answers === null) return await this.#answer(turn, [asked.otherwise], { language, by: () => 'sentences' })
    const answer = new ModelAnswer({
      ...{ answers, asked, log, device, waterfall: this.#waterfall, signal: this.#aborted.signal },
      use: (call) => house.use(turn, call),
      sorry: (what) => house.sorry(what, language),
    })
    return await this.#answer(turn, answer.text(), {
      language,
      by: () => answer.by,
      tokens: () => answer.tokens,
      error: () => answer.error,
    })
  }

  /** `null`: it is not this device's to speak, or nobody knows. */
  async #granted(): Promise<OpenedTurn | null> {
    const { clock } = this.#parts
    const late = this.sound.ended.then(() => wait(clock, OPENED_MS, this.#aborted.signal)).then(() => null)
    return await Promise.race([this.#opened.promise, late])
  }

  async #hear(turn: OpenedTurn): Promise<HeardWords | Error | 'not_meant'> {
    const { ears } = this.#parts
    const { signal } = this.#aborted
    const sentence = ears.begin({ language: turn.speaks.language, prefer: turn.speaks.engines.stt, signal })
    this.sound.to(sentence)
    const end = await this.sound.ended
    signal.throwIfAborted()
    this.#waterfall.mark('silent')
    if (end === 'behind' || end === 'failed') return new Error('its sound came faster than it could be heard')
    if (end === 'stop') return 'not_meant'
    // The hub closed it: whoever spoke is answered, too, as well as that goes.
    const reason = end === 'device' ? await this.#reason.promise : 'silence'
    signal.throwIfAborted()
    if (reason === null || !ANSWERED.has(reason)) {
      // What holds the sentence lets go of it.
      this.interrupt('nobody waits for it')
      return 'not_meant'
    }
    this.#think(turn)
    return await sentence.words().catch((error: unknown) => asError(error))
  }

  #think(turn: OpenedTurn): void {
    const { clock, to, device, id } = this.#parts
    this.#tell(turn, 'thinking')
    this.#thinking = thinkingSound({ clock, play: (frame, speech) => to.frame(device, speech, frame), id })
  }

  async #apologise(turn: OpenedTurn, error: Error): Promise<TurnOutcome> {
    const { house, log, device } = this.#parts
    log.warn({ device, error: error.message }, 'a turn was not understood: what hears it failed')
    const { language } = turn.speaks
    const words = [house.sorry('cannot_hear', language)]
    await this.#answer(turn, words, { language, by: () => 'apology', error: () => error })
    return 'not_heard'
  }

  async #answer(
    turn: OpenedTurn,
    text: AsyncIterable<string> | Iterable<string>,
    { language, ...made }: { language: string } & MadeWords,
  ): Promise<TurnOutcome> {
    const { clock, voice, to, device, id, house } = this.#parts
    const utterance = new Utterance({
      ...{ clock, voice, to, device, language, speech: id(), waterfall: this.#waterfall },
      prefer: turn.speaks.engines.tts,
      bargeIn: turn.speaks.bargeIn,
      about: { session: turn.session, epoch: turn.epoch, turn: turn.turn },
      begins: () => this.#thinking?.stop(),
    })
    this.#utterance = utterance
    const said = await utterance.say(text)
    this.#thinking?.stop()
    const isCut = said.end === 'stopped'
    if (!isCut && !this.#aborted.signal.aborted) this.#listenOn(turn)
    await house.answered(turn, this.#report(said, made))
    if (said.end === 'failed' || said.end === 'unheard') return 'not_spoken'
    return isCut ? 'interrupted' : 'answered'
  }

  #report(
    { text, heard, end, error: failed }: SaidAloud,
    { by, tokens = () => null, error = () => null }: MadeWords,
  ): SpokenAnswer {
    return {
      ...{ text, heard, end, by: by(), voice: this.#parts.voice.name, tokens: tokens() },
      stages: this.#waterfall.stages() as Record<string, number>,
      latencyMs: this.#waterfall.between('ended', 'sounds') ?? this.#waterfall.between('ended', 'sent_first'),
      error: (failed ?? error())?.message ?? null,
    }
  }

  /** Somebody may go on without calling again. */
  #listenOn(turn: OpenedTurn): void {
    const { followUpMs } = turn.speaks
    if (followUpMs === 0) this.#tell(turn, 'ended')
    else {
      const { session, epoch, device } = turn
      this.#parts.to.session(device, { session, epoch, turn: turn.turn, step: 'follow_up', listen_ms: followUpMs })
      this.#parts.listens(turn)
    }
  }

  #tell({ session, epoch, turn, device }: OpenedTurn, step: 'thinking' | 'ended', reason?: string): void {
    this.#parts.to.session(device, { session, epoch, turn, step, ...(reason === undefined ? {} : { reason }) })
  }
}
