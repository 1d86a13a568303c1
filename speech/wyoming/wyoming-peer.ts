import type { Socket } from 'node:net'
import type { Clock } from '../../shared/clock.ts'
import { cutText } from '../../shared/cut-text.ts'
import { asError } from '../../shared/errors.ts'
import type { HearingSentence, SpeechToText } from '../ports/speech-to-text.ts'
import type { TextToSpeech } from '../ports/text-to-speech.ts'
import { pcmBytes } from '../sound/pcm-bytes.ts'
import { encodeWyoming, type WyomingEvent, WyomingReader } from './wyoming-event.ts'
import { type WyomingOffer, wyomingInfo } from './wyoming-info.ts'
import { formatOf, heardSamples, type WyomingFormat } from './wyoming-sound.ts'

/** What a peer is served with. Engines are looked at for each question, because they come and go. */
export interface WyomingService {
  clock: Clock
  offer: () => WyomingOffer
  ears: () => SpeechToText | null
  voice: () => TextToSpeech | null
  /** Cuts a text that is still being written into pieces that can be spoken. */
  clauses: (text: AsyncIterable<string>) => AsyncIterable<string>
}

/** A sentence is over by then, as it is for our own speakers. */
const LONGEST_SAMPLES = 60 * 16_000
const TEXT_LENGTH = 4_000
/** What waits to be answered; a program asks one thing after the other. */
const WAITING = 8
/** Who says nothing for so long has gone without a word, or has nothing to ask. */
const SILENT_MS = 300_000

/** One peer: what it asks is answered in its order, and what it leaves is ended. */
export class WyomingPeer {
  #socket: Socket
  #service: WyomingService
  #over = new AbortController()
  #language = 'en'
  #sentence: HearingSentence | null = null
  /** Ends what hears the sentence, where that does not come to its end. */
  #hearing: AbortController | null = null
  #format: WyomingFormat | null = null
  #samples = 0
  /** Text of an answer that is still being written; `null`: none is. */
  #written: { push(text: string): void; end(): void } | null = null
  #queue: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #cancelSilence = () => {}

  constructor(socket: Socket, service: WyomingService) {
    this.#socket = socket
    this.#service = service
    const reader = new WyomingReader()
    socket.setNoDelay(true)
    socket.on('data', (bytes) => {
      this.#heard()
      try {
        for (const event of reader.push(bytes)) this.#take(event)
      } catch (error) {
        this.#send('error', { text: asError(error).message, code: 'not-understood' })
        socket.destroySoon()
      }
    })
    // Whatever it is, it ends by closing.
    socket.on('error', () => {})
    socket.on('close', () => this.#end())
    this.#heard()
  }

  close(): void {
    this.#socket.destroy()
  }

  #end(): void {
    this.#cancelSilence()
    this.#over.abort(new Error('whoever asked has gone'))
    this.#hearing?.abort(new Error('whoever asked has gone'))
    this.#written?.end()
  }

  #heard(): void {
    this.#cancelSilence()
    this.#cancelSilence = this.#service.clock.after(SILENT_MS, () => this.#socket.destroy())
  }

  /** What is for others of this protocol is nothing here. */
  #take({ type, data, payload }: WyomingEvent): void {
    const takes: Readonly<Record<string, () => void>> = {
      describe: () => this.#send('info', wyomingInfo(this.#service.offer())),
      ping: () => this.#send('pong', typeof data.text === 'string' ? { text: data.text } : {}),
      transcribe: () => {
        this.#language = languageOf(data.language)
      },
      'audio-start': () => this.#beginSentence(data),
      'audio-chunk': () => this.#sound(data, payload),
      'audio-stop': () => this.#endSentence(),
      synthesize: () => {
        // Whoever writes piece by piece sends the whole, too, for servers that know no pieces.
        if (this.#written === null) this.#speak(onlyText(data.text), { language: voiceLanguage(data), isPieces: false })
      },
      'synthesize-start': () => this.#beginText(voiceLanguage(data)),
      'synthesize-chunk': () => this.#written?.push(onlyText(data.text)),
      'synthesize-stop': () => {
        this.#written?.end()
        this.#written = null
      },
    }
    if (Object.hasOwn(takes, type)) takes[type]?.()
  }

  #beginSentence(data: WyomingEvent['data']): void {
    this.#hearing?.abort(new Error('another sentence begins'))
    this.#format = formatOf(data)
    this.#samples = 0
    this.#sentence = null
    const ears = this.#service.ears()
    if (ears === null) {
      this.#fail('nothing on this hub understands speech: lares voice install')
      return
    }
    this.#hearing = new AbortController()
    this.#sentence = ears.begin({ language: this.#language, signal: this.#hearing.signal })
  }

  #sound(data: WyomingEvent['data'], payload: Buffer): void {
    if (this.#sentence === null) return
    const format = formatOf({ ...this.#format, width: 2, ...data })
    const samples = heardSamples(payload, format)
    this.#samples += samples.length
    // What comes after that is not heard any more; the sentence is answered as far as it came.
    if (this.#samples <= LONGEST_SAMPLES) this.#sentence.sound(samples)
  }

  #endSentence(): void {
    const [sentence, hearing] = [this.#sentence, this.#hearing]
    this.#sentence = null
    this.#hearing = null
    if (sentence === null) return
    const end = () => hearing?.abort(new Error('whoever asked has gone'))
    this.#over.signal.addEventListener('abort', end, { once: true })
    this.#inTurn(async () => {
      try {
        const { text } = await sentence.words()
        this.#send('transcript', { text, language: this.#language })
      } finally {
        this.#over.signal.removeEventListener('abort', end)
      }
    })
  }

  #beginText(language: string): void {
    this.#written?.end()
    const pieces: string[] = []
    let wake = () => {}
    let isOver = false
    let length = 0
    const written = async function* () {
      for (;;) {
        const piece = pieces.shift()
        if (piece !== undefined) yield piece
        else if (isOver) return
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
    }
    this.#written = {
      push(text) {
        length += text.length
        if (length <= TEXT_LENGTH) pieces.push(text)
        wake()
      },
      end() {
        isOver = true
        wake()
      },
    }
    this.#speak(written(), { language, isPieces: true })
  }

  #speak(text: string | AsyncIterable<string>, { language, isPieces }: { language: string; isPieces: boolean }): void {
    const { voice, clauses } = this.#service
    this.#inTurn(async () => {
      const engine = voice()
      if (engine === null) throw new Error('nothing on this hub speaks: sudo apt-get install flite espeak-ng')
      const whole = async function* () {
        if (typeof text === 'string') yield text
      }
      let at: number | null = null
      for await (const clause of clauses(typeof text === 'string' ? whole() : text))
        for await (const { rate, samples } of engine.speak(clause, { language, signal: this.#over.signal })) {
          // Each clause may be another voice's, at another rate.
          const format = { rate, width: 2, channels: 1 }
          if (at !== rate) {
            if (at !== null) this.#send('audio-stop', {})
            this.#send('audio-start', { ...format, timestamp: 0 })
          }
          at = rate
          await this.#drained(encodeWyoming('audio-chunk', format, pcmBytes(samples)))
        }
      if (at === null) this.#send('audio-start', { rate: 16_000, width: 2, channels: 1, timestamp: 0 })
      this.#send('audio-stop', {})
      if (isPieces) this.#send('synthesize-stopped', {})
    })
  }

  /** One after the other: a peer that asks twice reads the answers in that order. Throws when too much waits. */
  #inTurn(run: () => Promise<void>): void {
    if (this.#waiting >= WAITING) throw new Error(`more than ${WAITING} questions at once are not answered`)
    this.#waiting += 1
    this.#queue = this.#queue
      .then(run)
      .catch((error: unknown) => {
        if (!this.#over.signal.aborted) this.#fail(asError(error).message)
      })
      .finally(() => {
        this.#waiting -= 1
      })
  }

  #fail(text: string): void {
    this.#send('error', { text, code: 'failed' })
  }

  #send(type: string, data: Record<string, unknown>): void {
    if (!this.#socket.destroyed) this.#socket.write(encodeWyoming(type, data))
  }

  /** Waits for a peer that reads slowly. */
  async #drained(bytes: Buffer): Promise<void> {
    this.#over.signal.throwIfAborted()
    if (this.#socket.write(bytes)) return
    await new Promise<void>((resolve) => {
      const go = () => {
        this.#socket.off('drain', go)
        this.#socket.off('close', go)
        resolve()
      }
      this.#socket.on('drain', go)
      this.#socket.on('close', go)
    })
    this.#over.signal.throwIfAborted()
  }
}

function onlyText(value: unknown): string {
  return typeof value === 'string' ? cutText(value, TEXT_LENGTH) : ''
}

function voiceLanguage({ voice }: WyomingEvent['data']): string {
  const { language } = (typeof voice === 'object' && voice !== null ? voice : {}) as { language?: unknown }
  return languageOf(language)
}

/** As `de` of `de-AT` and `de_DE`. */
function languageOf(value: unknown): string {
  const [language = ''] = typeof value === 'string' ? value.toLowerCase().split(/[-_]/) : []
  return /^[a-z]{2,3}$/.test(language) ? language : 'en'
}
