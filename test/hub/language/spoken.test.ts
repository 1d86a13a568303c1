import { describe, expect, it } from 'vitest'
import { GERMAN } from '../../../hub/language/de/language-de.ts'
import { ENGLISH } from '../../../hub/language/en/language-en.ts'
import type { Language } from '../../../hub/language/language.ts'
import { spokenWords } from '../../../hub/language/words.ts'

/** What all of the words are, if they are one value of the list. */
function whole({ lists }: Language, list: string, said: string): unknown {
  const words = spokenWords(said)
  const values =
    lists
      .get(list)?.(words, 0)
      .filter(({ to }) => to === words.length) ?? []
  return values.at(-1)?.value ?? null
}

const MIN = 60_000

describe('numbers', () => {
  it.each([
    [
      ENGLISH,
      {
        'twenty five': 25,
        'twenty-five': 25,
        '21.5': 21.5,
        'twenty one point five': 21.5,
        'a hundred and five': 105,
        'minus three': -3,
        'two and a half': 2.5,
      },
    ],
    [
      GERMAN,
      {
        einundzwanzig: 21,
        'ein und zwanzig': 21,
        '21,5': 21.5,
        'einundzwanzig komma fünf': 21.5,
        hundertfünf: 105,
        'minus drei': -3,
        anderthalb: 1.5,
        zweieinhalb: 2.5,
        dreissig: 30,
        fuenf: 5,
      },
    ],
  ] as const)('are read in words and digits', (language, numbers) => {
    for (const [said, value] of Object.entries(numbers))
      expect({ said, value: whole(language, 'number', said) }).toEqual({ said, value })
  })

  it('are not what only looks like one', () => {
    expect(whole(ENGLISH, 'number', '7:30')).toBeNull()
    expect(whole(ENGLISH, 'number', '1.2.3')).toBeNull()
    expect(whole(ENGLISH, 'number', '9'.repeat(400))).toBeNull()
  })
})

describe('spans', () => {
  it.each([
    [
      ENGLISH,
      {
        'ten minutes': 10,
        'half an hour': 30,
        'an hour and a half': 90,
        'one hour and twenty minutes': 80,
        'two and a half hours': 150,
        '1h 30min': 90,
        '90 seconds': 1.5,
        'a quarter of an hour': 15,
      },
    ],
    [
      GERMAN,
      {
        'zehn minuten': 10,
        'eine halbe stunde': 30,
        'anderthalb stunden': 90,
        'eine stunde und zwanzig minuten': 80,
        'zweieinhalb stunden': 150,
        'einer viertelstunde': 15,
        dreiviertelstunde: 45,
        '10min': 10,
      },
    ],
  ] as const)('are read with their parts', (language, spans) => {
    for (const [said, minutes] of Object.entries(spans))
      expect({ said, value: whole(language, 'span', said) }).toEqual({ said, value: minutes * MIN })
  })

  it('go from the greater unit to the less, and are more than nothing', () => {
    expect(whole(ENGLISH, 'span', 'five minutes two hours')).toBeNull()
    expect(whole(ENGLISH, 'span', 'zero minutes')).toBeNull()
  })
})

describe('times of day', () => {
  it.each([
    [
      ENGLISH,
      {
        'half past seven': '7:30~',
        'quarter to eight': '7:45~',
        '7 pm': '19:00',
        '7:30 p.m.': '19:30',
        'ten past six': '6:10~',
        "seven o'clock": '7:00~',
        noon: '12:00',
        '19:30': '19:30',
        'seven thirty in the evening': '19:30',
        '12 am': '0:00',
        '12 pm': '12:00',
        '07:00': '7:00',
      },
    ],
    [
      GERMAN,
      {
        'halb acht': '7:30~',
        'viertel vor acht': '7:45~',
        'dreiviertel acht': '7:45~',
        'viertel acht': '7:15~',
        'fünf vor halb neun': '8:25~',
        'fünf nach halb neun': '8:35~',
        'sieben uhr dreißig': '7:30~',
        '18 uhr 30': '18:30',
        'sieben uhr abends': '19:00',
        'halb acht abends': '19:30',
        mitternacht: '0:00',
        '7.30': '7:30~',
        'zehn nach sechs': '6:10~',
      },
    ],
  ] as const)('are read, and whether the half of the day was said', (language, times) => {
    for (const [said, time] of Object.entries(times)) {
      const found = whole(language, 'clock', said) as { hour: number; minute: number; isHalfDay: boolean } | null
      const told = found && `${found.hour}:${String(found.minute).padStart(2, '0')}${found.isHalfDay ? '~' : ''}`
      expect({ said, told }).toEqual({ said, told: time })
    }
  })

  it('are none that no clock shows', () => {
    expect(whole(ENGLISH, 'clock', '25:00')).toBeNull()
    expect(whole(ENGLISH, 'clock', '7:75')).toBeNull()
  })
})
