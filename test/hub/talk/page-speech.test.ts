import { describe, expect, it } from 'vitest'
import { PageSpeech } from '../../../hub/talk/page-speech.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { LaresError } from '../../../shared/errors.ts'
import type { HearOptions, SpeechToText } from '../../../speech/ports/speech-to-text.ts'
import type { SpeakOptions, TextToSpeech } from '../../../speech/ports/text-to-speech.ts'
import { readWav } from '../../../speech/sound/wav-sound.ts'

const CHOICE = { language: 'en', prefer: ['whisper'] }
const open = new AbortController().signal

/** What hears as it is told to, and what it was asked with. */
function ears(words: (options: HearOptions) => Promise<string>) {
  const asked: HearOptions[] = []
  const engine: SpeechToText = {
    name: 'ears',
    languages: null,
    begin(options) {
      asked.push(options)
      return { sound() {}, words: async () => ({ text: await words(options), tookMs: 5 }) }
    },
    rest: async () => {},
  }
  return { asked, engine }
}

function voice(speak: (text: string, options: SpeakOptions) => AsyncIterable<{ rate: number; samples: Int16Array }>) {
  const engine: TextToSpeech = { name: 'voice', languages: null, speak }
  return engine
}

describe('the page hears and speaks with the engines of the house', () => {
  it('as it is told to, and a text is a WAV file of the rate of its voice', async () => {
    const { asked, engine } = ears(async () => 'hello')
    const speaks = voice(async function* () {
      yield { rate: 22_050, samples: Int16Array.of(1, 2) }
      yield { rate: 22_050, samples: Int16Array.of(-3) }
    })
    const desk = new PageSpeech({ ears: () => engine, voice: () => speaks }, new ManualClock(0))
    expect(await desk.hear(Int16Array.of(1), CHOICE, open)).toEqual({ text: 'hello', by: 'ears', tookMs: 5 })
    expect(asked).toMatchObject([CHOICE])
    const { rate, samples } = readWav(await desk.speak('hello', CHOICE, open))
    expect([rate, [...samples]]).toEqual([22_050, [1, 2, -3]])
  })

  it('says what to install where nothing does, or nothing in that language', async () => {
    const none = new PageSpeech({ ears: () => null, voice: () => null }, new ManualClock(0))
    await expect(none.hear(Int16Array.of(1), CHOICE, open)).rejects.toMatchObject({
      ...{ code: 'missing_program', hint: expect.stringContaining('lares voice install') },
    })
    await expect(none.speak('x', CHOICE, open)).rejects.toMatchObject({
      ...{ code: 'missing_program', hint: expect.stringContaining('espeak-ng') },
    })
    const { engine } = ears(() => Promise.reject(new LaresError('missing_program', 'nothing here understands de')))
    const english = new PageSpeech({ ears: () => engine, voice: () => null }, new ManualClock(0))
    await expect(english.hear(Int16Array.of(1), CHOICE, open)).rejects.toMatchObject({
      ...{ message: 'nothing here understands de', hint: expect.stringContaining('Whisper') },
    })
  })

  it('two at once, so that the speakers are heard too, and whoever comes then may try again', async () => {
    const waiting: ((text: string) => void)[] = []
    const { engine } = ears(() => new Promise((resolve) => waiting.push(resolve)))
    const desk = new PageSpeech({ ears: () => engine, voice: () => null }, new ManualClock(0))
    const hear = () => desk.hear(Int16Array.of(1), CHOICE, open)
    const all = [hear(), hear()]
    const third = hear().catch(({ code }) => code)
    for (const done of waiting) done('')
    expect(await third).toBe('busy')
    await Promise.all(all)
    const next = hear()
    waiting.at(-1)?.('')
    await next
  })

  it('and waits for none of them for ever: what takes too long is ended', async () => {
    const clock = new ManualClock(0)
    const { asked, engine } = ears(() => new Promise(() => {}))
    const desk = new PageSpeech({ ears: () => engine, voice: () => null }, clock)
    let code: string | null = null
    desk.hear(Int16Array.of(1), CHOICE, open).catch((error: LaresError) => {
      code = error.code
    })
    await clock.advance(30_000)
    await expect.poll(() => code).toBe('timed_out')
    expect(asked[0]?.signal?.aborted).toBe(true)
  })

  it('and no voice goes on for ever', async () => {
    const speaks = voice(async function* () {
      for (let second = 0; second < 200; second += 1) yield { rate: 16_000, samples: new Int16Array(16_000) }
    })
    const desk = new PageSpeech({ ears: () => null, voice: () => speaks }, new ManualClock(0))
    await expect(desk.speak('x', CHOICE, open)).rejects.toMatchObject({ code: 'too_large' })
  })
})
