import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GERMAN } from '../../../hub/language/de/language-de.ts'
import { ENGLISH } from '../../../hub/language/en/language-en.ts'
import { NameList } from '../../../hub/language/lists.ts'
import { Matcher } from '../../../hub/language/matcher.ts'
import { RuleBook, readTemplate, type SentencePart } from '../../../hub/language/template.ts'

const ROOMS = new Map([
  [
    'room',
    new NameList([
      ['living room', 'l'],
      ['Küche', 'k'],
      ["Anna's room", 'a'],
    ]).first,
  ],
])

function matcher(...templates: string[]) {
  const made = new Matcher({ sentences: { one: templates }, rules: {}, fillers: ['please'] })
  return (said: string) => made.match(said, ROOMS)[0] ?? null
}

/** One way to say a part: which, the numbers decide. */
function say(part: SentencePart, next: () => number, values: ReadonlyMap<string, readonly string[]>): string {
  switch (part.kind) {
    case 'word':
      return part.text
    case 'rest':
      return 'quite something'
    case 'list': {
      const all = values.get(part.list) ?? []
      return all[next() % all.length] ?? ''
    }
    case 'maybe':
      return next() % 2 === 0 ? '' : say(part.part, next, values)
    case 'choice':
      return say(part.parts[next() % part.parts.length] as SentencePart, next, values)
    default:
      return part.parts.map((one) => say(one, next, values)).join(' ')
  }
}

const VALUES = {
  en: {
    ...{ number: ['5', 'twenty one', 'two and a half'], span: ['ten minutes', 'an hour and a half'], all: ['all'] },
    ...{
      clock: ['7:30', 'half past seven', 'noon'],
      day: ['tomorrow', 'monday'],
      repeat: ['every weekday'],
      everywhere: ['everywhere'],
    },
    ...{
      measure: ['temperature'],
      adjective: ['warm'],
      share: ['half'],
      everything: ['everything'],
      battery: ['battery'],
      air: ['air'],
      degrees: ['degrees'],
    },
  },
  de: {
    ...{ number: ['5', 'einundzwanzig', 'zweieinhalb'], span: ['zehn Minuten', 'anderthalb Stunden'], all: ['alle'] },
    ...{
      clock: ['7:30', 'halb acht', 'sieben Uhr'],
      day: ['morgen', 'Montag'],
      repeat: ['jeden Werktag'],
      everywhere: ['überall'],
    },
    ...{
      measure: ['Temperatur'],
      adjective: ['warm'],
      share: ['Hälfte'],
      everything: ['alles'],
      battery: ['Batterie'],
      air: ['Luft'],
      degrees: ['Grad'],
    },
  },
} as const
const HOUSE = {
  ...{
    thing: ['kitchen lamp'],
    target: ['floor lamp'],
    room: ['kitchen'],
    person: ['anna'],
    persona: ['nurse'],
    device: ['kitchen speaker'],
  },
}

describe('a sentence', () => {
  it('is matched whatever its capitals, punctuation, accents and joints', () => {
    const heard = matcher("what's [the] light[s] in [the] {room}")
    for (const said of [
      'Whats the lights in LIVING-ROOM?',
      'what’s light in the livingroom',
      'what`s the light, in living room',
    ])
      expect(heard(said)?.slots.room?.value).toBe('l')
    for (const said of ['whats light in kueche', 'whats light in Ku\u0308che'])
      expect(heard(said)?.slots.room?.value).toBe('k')
    expect(heard('whats light in annas room')?.slots.room).toEqual({ value: 'a', heard: 'annas room' })
  })

  it('is matched as a whole or not at all, but for words that say nothing', () => {
    const heard = matcher('turn on {room}')
    expect(heard('please turn please on Küche please')).not.toBeNull()
    expect(heard('turn on Küche today')).toBeNull()
    expect(heard('do turn on Küche')).toBeNull()
    expect(heard('')).toBeNull()
  })

  it('means the same whether its templates were compiled in steps before, or at once', () => {
    const inSteps = new Matcher(ENGLISH.grammar)
    const steps = Object.keys(ENGLISH.grammar.sentences).length
    for (let step = 1; step < steps; step++) expect(inSteps.compile(1)).toBe(false)
    expect(inSteps.compile(1)).toBe(true)
    const atOnce = new Matcher(ENGLISH.grammar)
    for (const said of ['set a pasta timer for ten minutes', 'turn it up', 'what time is it'])
      expect(inSteps.match(said, ENGLISH.lists)).toEqual(atOnce.match(said, ENGLISH.lists))
    expect(inSteps.templates).toBe(atOnce.templates)
  })

  it('means what says more of it in words of its own', () => {
    const made = new Matcher({
      sentences: { any: ['set {*:what}'], timer: ['set [a] timer'], named: ['set [a] {*:name} timer'] },
      ...{ rules: {}, fillers: [] },
    })
    const order = (said: string) => made.match(said, new Map()).map(({ intent }) => intent)
    expect(order('set a timer')).toEqual(['timer', 'named', 'any'])
    expect(order('set a pasta timer')).toEqual(['named', 'any'])
  })

  it('keeps what was heard in the words of whoever spoke', () => {
    expect(matcher('remember that {*:note}')('Remember that Ängström, er, moved.')?.slots.note).toEqual({
      ...{ value: 'Ängström, er, moved', heard: 'Ängström, er, moved' },
    })
  })
})

describe.each([ENGLISH, GERMAN])('the sentences of $code', ({ code, grammar, lists }) => {
  const made = new Matcher(grammar)
  const house = new Map(
    Object.entries(HOUSE).map(([list, names]) => [list, new NameList(names.map((name) => [name, name])).all] as const),
  )
  const all = new Map([...lists, ...house])
  const values = new Map<string, readonly string[]>(Object.entries({ ...VALUES[code as 'en' | 'de'], ...HOUSE }))
  const rules = new RuleBook(grammar.rules)
  const templates = Object.entries(grammar.sentences).flatMap(([intent, ones]) =>
    ones.map((template) => ({ intent, part: readTemplate(template, rules) })),
  )

  it('are understood in every way in which their templates say them', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...templates),
        fc.array(fc.nat(1_000), { minLength: 60, maxLength: 60 }),
        (one, numbers) => {
          let at = 0
          const said = say(one.part, () => numbers[at++ % numbers.length] ?? 0, values)
          const intents = made.match(said, all).map(({ intent }) => intent)
          if (said.trim().split(/\s+/).length <= 60)
            expect({ said, intents }).toMatchObject({ intents: expect.arrayContaining([one.intent]) })
        },
      ),
      { numRuns: 3_000 },
    )
  })

  it('are looked through in a bounded time, whatever is said', () => {
    const rest = { ...grammar, sentences: { ...grammar.sentences, hostile: ['{*:a} {*:b} {*:c} {*:d} {*:e} x'] } }
    const hostile = new Matcher(rest)
    const word = Object.values(grammar.sentences)[0]?.[0] ?? ''
    for (const said of [
      'a '.repeat(50_000),
      'a '.repeat(59),
      `${word} `.repeat(6),
      'set a '.repeat(29),
      '1 '.repeat(60),
      '𝕒'.repeat(500),
      'ein '.repeat(60),
    ]) {
      const began = process.hrtime.bigint()
      expect(Array.isArray(hostile.match(said, all))).toBe(true)
      expect(Number(process.hrtime.bigint() - began) / 1e6).toBeLessThan(250)
    }
    expect(made.match('what time is it '.repeat(6_000), all)).toEqual([])
  })
})
