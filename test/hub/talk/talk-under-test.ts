import type { SoundTaker } from '../../../hub/contract/sound-taker.ts'
import type { ToolCall } from '../../../hub/engine/model-question.ts'
import type { HeardAnswer, OpenedTurn, SpokenAnswer } from '../../../hub/engine/spoken-turns.ts'
import type { RankedAnswers } from '../../../hub/models/ranked-answers.ts'
import { Talk } from '../../../hub/talk/talk.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { silentLog } from '../../../shared/log.ts'
import { decodeAudioFrame, FRAME_FLAGS } from '../../../shared/messages/audio-frame.ts'
import type { Session } from '../../../shared/messages/session.ts'
import type { HeardWords, HearOptions } from '../../../speech/ports/speech-to-text.ts'
import type { SpeakOptions } from '../../../speech/ports/text-to-speech.ts'
import type { Sound } from '../../../speech/sound/wav-sound.ts'

export const DEVICE = 'kitchen-pi'
const RATE = 16_000

/** A talk whose engines and house do as a test says, and that plays nothing by itself. */
export class TalkUnderTest {
  readonly clock = new ManualClock()
  readonly told: Session[] = []
  /** Frames by speech, with whether the last said so. */
  readonly speeches = new Map<string, { frames: number; samples: number; over: boolean }>()
  readonly asked: { turn: string; text: string }[] = []
  readonly answers: { turn: string; answer: SpokenAnswer }[] = []
  readonly hearing: { samples: number; options: HearOptions }[] = []
  readonly speaking: { text: string; options: SpeakOptions }[] = []
  readonly announced: { text: string; end: string }[] = []
  readonly talk: Talk
  there = true
  /** What is understood. */
  words: (samples: number, signal?: AbortSignal) => Promise<HeardWords> = async () => ({
    text: 'how warm is it',
    tookMs: 1,
  })
  /** What a clause sounds like: so many milliseconds of it. */
  voice: (text: string, signal?: AbortSignal) => AsyncIterable<number> = async function* () {
    yield 1_000
  }
  use: (call: ToolCall) => Promise<string> = async () => '{}'
  /** Who is asked what no sentence means. */
  models: RankedAnswers | null = null
  answer: () => Promise<HeardAnswer> = async () => ({ kind: 'say', text: 'It is warm.', language: 'en' })

  constructor() {
    const { clock, told, speeches, asked, answers, hearing, speaking } = this
    const spoken = (text: string, signal?: AbortSignal) => this.voice(text, signal)
    this.talk = new Talk({
      clock,
      log: silentLog,
      to: {
        session: (_device, message) => void told.push(message),
        frame(_device, speech, bytes) {
          const frame = decodeAudioFrame(bytes)
          if (typeof frame === 'string') throw new Error(frame)
          const known = speeches.get(speech) ?? { frames: 0, samples: 0, over: false }
          const over = (frame.flags & FRAME_FLAGS.end) !== 0
          speeches.set(speech, { frames: known.frames + 1, samples: known.samples + frame.pcm.length / 2, over })
        },
        reaches: () => this.there,
      },
      house: {
        use: (_turn, call) => this.use(call),
        heard: async ({ turn }, { text }) => {
          asked.push({ turn, text })
          return await this.answer()
        },
        answered: async ({ turn }, answer) => void answers.push({ turn, answer }),
        announced: async ({ text }, end) => void this.announced.push({ text, end }),
        sorry: (what, language) => `sorry ${what} ${language}`,
      },
      engines: {
        ears: () => ({
          ...{ name: 'ears', languages: null, rest: async () => {} },
          begin: (options) => {
            const heard = { samples: 0, options }
            hearing.push(heard)
            return {
              sound({ length }) {
                heard.samples += length
              },
              words: () => this.words(heard.samples, options.signal),
            }
          },
        }),
        voice: () => ({
          ...{ name: 'voice', languages: null },
          async *speak(text: string, options: SpeakOptions): AsyncGenerator<Sound> {
            speaking.push({ text, options })
            for await (const ms of spoken(text, options.signal))
              yield { rate: RATE, samples: new Int16Array((ms * RATE) / 1_000).fill(7) }
          },
        }),
        answers: () => this.models,
        stop: async () => {},
      },
    })
  }

  /** A turn begins, with half a second of sound. */
  begin(turn: string): SoundTaker {
    const [taker] = this.talk.begin(DEVICE, turn)
    if (!taker) throw new Error('nobody takes the sound')
    taker.take({ kind: 'sound', pcm: new Uint8Array(16_000) })
    return taker
  }

  opened(turn: string, more: Partial<OpenedTurn['speaks']> = {}): void {
    const speaks = {
      persona: 'companion',
      language: 'en',
      followUpMs: 8_000,
      bargeIn: 'off' as const,
      engines: { stt: [], tts: [], answer: [] },
      ...more,
    }
    this.talk.opened({ device: DEVICE, turn, session: 's1', epoch: 1, speaks })
  }

  /** A turn that was granted and is over. */
  say(turn: string, reason: Parameters<Talk['ended']>[2] = 'silence'): void {
    const taker = this.begin(turn)
    this.opened(turn)
    this.talk.ended(DEVICE, turn, reason)
    void taker.end('device')
  }

  /** The speech that came last. */
  get speech(): string {
    return [...this.speeches.keys()].at(-1) ?? ''
  }

  /** The device has played what it was sent last, or so much of it. */
  played(state: 'done' | 'stopped' = 'done', ms = 0): void {
    const { speech } = this
    this.talk.playback(DEVICE, { speech, state: 'started', played_ms: 0, mono: 0 })
    this.talk.playback(DEVICE, { speech, state, played_ms: ms, mono: 0 })
  }

  steps(): string[] {
    return this.told.map(({ step }) => step)
  }

  /** Lets everything go on that waits for nothing but others. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 100; turn += 1) await Promise.resolve()
  }

  async passes(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 100) {
      this.clock.advance(Math.min(100, left))
      await this.settled()
    }
  }
}
