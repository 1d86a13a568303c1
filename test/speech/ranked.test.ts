import { beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../shared/clock.ts'
import { type HeardWords, hearWhole, type SpeechToText } from '../../speech/ports/speech-to-text.ts'
import { spokenWhole, type TextToSpeech } from '../../speech/ports/text-to-speech.ts'
import { RankedEars } from '../../speech/ranked/ranked-ears.ts'
import { RankedVoice } from '../../speech/ranked/ranked-voice.ts'
import { Ranking } from '../../speech/ranked/ranking.ts'
import type { Sound } from '../../speech/sound/wav-sound.ts'

let clock: ManualClock
const asked: string[] = []
beforeEach(() => {
  clock = new ManualClock()
  asked.length = 0
})

const fails = async (): Promise<HeardWords> => {
  throw new Error('no model')
}

function ear(
  key: string,
  hear: (samples: number, signal?: AbortSignal) => Promise<HeardWords>,
  languages: string[] | null = null,
) {
  const engine: SpeechToText = {
    ...{ name: key, languages, rest: async () => {} },
    begin({ signal }) {
      let samples = 0
      return {
        sound(more) {
          samples += more.length
        },
        words() {
          asked.push(key)
          return hear(samples, signal)
        },
      }
    },
  }
  return { key, engine }
}
const hears = (key: string, languages: string[] | null = null) =>
  ear(key, async (samples) => ({ text: `${key} heard ${samples}`, tookMs: 1 }), languages)

function mouth(key: string, speak: () => AsyncGenerator<Sound>) {
  const engine: TextToSpeech = {
    ...{ name: key, languages: null },
    speak() {
      asked.push(key)
      return speak()
    },
  }
  return { key, engine }
}
const piece = (value: number): Sound => ({ rate: 16_000, samples: Int16Array.from([value]) })

describe('ears in their order', () => {
  const listen = (ranking: Ranking<SpeechToText>, more: object = {}) =>
    hearWhole(new RankedEars(ranking, clock), new Int16Array(10), { language: 'en', ...more })

  it('are asked one after the other, each with all of the sentence', async () => {
    const ranking = new Ranking([ear('first', fails), hears('second'), hears('third')], clock)
    expect(await listen(ranking)).toMatchObject({ text: 'second heard 10', by: 'second' })
    expect(asked).toEqual(['first', 'second'])
    expect(ranking.health()).toMatchObject([
      { key: 'first', health: { state: 'failing', error: 'no model' } },
      { key: 'second', health: { state: 'ok' } },
      { key: 'third', health: { state: 'untried' } },
    ])
  })

  it('are those that know the language, and first those that are preferred', async () => {
    const ranking = new Ranking([hears('english', ['en']), hears('any'), hears('german', ['de'])], clock)
    expect(await listen(ranking, { language: 'de' })).toMatchObject({ by: 'any' })
    expect(await listen(ranking, { language: 'de', prefer: ['german', 'nobody'] })).toMatchObject({ by: 'german' })
    await expect(listen(new Ranking([hears('english', ['en'])], clock), { language: 'de' })).rejects.toThrow(
      'nothing here understands de',
    )
  })

  it('that fail three times are left alone for a while, which doubles, and asked again then', async () => {
    const ranking = new Ranking([ear('first', fails), hears('second')], clock)
    for (let n = 0; n < 3; n += 1) await listen(ranking)
    asked.length = 0
    await listen(ranking)
    expect(asked).toEqual(['second'])
    expect(ranking.health()[0]?.health.state).toBe('resting')
    clock.advance(30_000)
    await listen(ranking)
    expect(asked).toEqual(['second', 'first', 'second'])
    clock.advance(59_000)
    await listen(ranking)
    expect(asked.at(-2)).toBe('second')
  })

  it('that all rest are asked all the same', async () => {
    const ranking = new Ranking([ear('first', fails)], clock)
    for (let n = 0; n < 5; n += 1) await expect(listen(ranking)).rejects.toThrow('no model')
    expect(asked).toHaveLength(5)
  })

  it('that are interrupted have not failed', async () => {
    const controller = new AbortController()
    const ranking = new Ranking(
      [
        ear('first', async () => {
          controller.abort(new Error('somebody speaks'))
          throw new Error('somebody speaks')
        }),
        hears('second'),
      ],
      clock,
    )
    await expect(listen(ranking, { signal: controller.signal })).rejects.toThrow('somebody speaks')
    expect(asked).toEqual(['first'])
    expect(ranking.health()[0]?.health.state).toBe('untried')
  })
})

describe('voices in their order', () => {
  const speak = (ranking: Ranking<TextToSpeech>) =>
    spokenWhole(new RankedVoice(ranking, clock), 'hello', { language: 'en' })
  const speaks = mouth('second', async function* () {
    yield piece(2)
  })

  it('follow one that fails before its first sound', async () => {
    const first = mouth('first', async function* () {
      if (asked.length > 0) throw new Error('no voice')
      yield piece(1)
    })
    expect([...(await speak(new Ranking([first, speaks], clock))).samples]).toEqual([2])
    expect(asked).toEqual(['first', 'second'])
  })

  it('do not begin anew what one of them began', async () => {
    const first = mouth('first', async function* () {
      yield piece(1)
      throw new Error('it broke')
    })
    await expect(speak(new Ranking([first, speaks], clock))).rejects.toThrow('it broke')
    expect(asked).toEqual(['first'])
  })

  it('follow one that does not begin within five seconds', async () => {
    const first = mouth('first', async function* () {
      await new Promise(() => {})
      yield piece(1)
    })
    const spoken = speak(new Ranking([first, speaks], clock))
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
    clock.advance(5_000)
    expect([...(await spoken).samples]).toEqual([2])
  })
})
